import { readBundle } from '../../../src/engine/model/bundle/read-bundle';
import type { BundleConfig } from '../../../src/engine/model/bundle/bundle-config';
import type { Parameter } from '../../../src/engine/model/graph/parameters';
import { readParameters } from '../../../src/engine/model/bundle/read-parameters';

/**
 * What training starts from with `--init`: a bundle's parameters as float32, by the trainer's names. Those of an int8
 * bundle are what quantising left.
 *
 * @throws EngineError if the bundle is missing or damaged
 */
export async function importBundle(
  folder: string,
): Promise<{ readonly config: BundleConfig; readonly parameters: Map<string, Parameter> }> {
  const bundle = await readBundle(folder);
  return { config: bundle.config, parameters: await readParameters(bundle) };
}
