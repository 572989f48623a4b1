import { type BundleConfig, type Parameters, readBundle, readParameters } from '../../../src/engine/training';
import { grow, grownArchitecture, type Growth } from '../network/grow';

/** A bundle as training has it. */
export interface Imported {
  readonly config: BundleConfig;
  readonly parameters: Parameters;
}

/**
 * Reads the start of training with `--init`: a bundle's parameters as float32, by the trainer's names. Those of an int8
 * bundle are what quantising left. Where it is to grow, it computes what it did.
 *
 * @param seed of what growing draws
 * @throws EngineError if the bundle is missing or damaged
 * @throws Error if it cannot grow so
 */
export async function importBundle(folder: string, growth: Growth = {}, seed = 1): Promise<Imported> {
  const bundle = await readBundle(folder);
  const { config } = bundle;
  const architecture = grownArchitecture(config.architecture, growth);
  const parameters = await readParameters(bundle);
  return {
    config: { ...config, architecture },
    parameters: grow(config.architecture, parameters, architecture, seed),
  };
}
