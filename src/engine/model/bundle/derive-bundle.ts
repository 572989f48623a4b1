import fs from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../../contract/errors';
import type { WeightPrecision } from '../graph/architecture';
import type { Bundle } from './bundle';
import type { BundleConfig } from './bundle-config';
import { readBundle } from './read-bundle';
import { readParameters } from './read-parameters';
import { weightsSha256 } from './bundle-config';
import { writeBundle, type BundleContent } from './write-bundle';

/** To be changed with the graph or the quantisation: bundles derived before are then derived anew. */
const DERIVATION = 5;

/**
 * Writes the master's bundle in another precision, unless `out` already holds just that, intact.
 *
 * @returns whether it was written
 * @throws EngineError if the master is missing or damaged
 */
export async function deriveBundle(
  masterFolder: string,
  precision: WeightPrecision,
  out: string,
): Promise<boolean> {
  const master = await readBundle(masterFolder);
  const { files, ...facts } = master.config;
  const config = {
    ...facts,
    precision,
    training: { ...facts.training, derivation: DERIVATION, derivedFrom: weightsSha256(master.config) },
  };
  if (await holds(out, config, files)) return false;
  const content = await contentOf(masterFolder, master);
  const card = `${content.card.trimEnd()}\n\n${derivedNote(master, precision)}\n`;
  await writeBundle(out, { ...content, config, card });
  return true;
}

/**
 * Gives a master bundle (f16 or f32) the graph that this version makes. All else in it stays what it is, to the byte.
 *
 * @returns whether it had another graph
 * @throws EngineError if the bundle is missing or damaged
 */
export async function renewGraph(masterFolder: string): Promise<boolean> {
  const master = await readBundle(masterFolder);
  const { files, ...config } = master.config;
  await writeBundle(masterFolder, { ...(await contentOf(masterFolder, master)), config });
  const renewed = (await readBundle(masterFolder)).config.files;
  return renewed.graph.sha256 !== files.graph.sha256;
}

async function contentOf(folder: string, bundle: Bundle): Promise<Omit<BundleContent, 'config'>> {
  const read = (name: string): Promise<Buffer> => fs.readFile(path.join(folder, name));
  return {
    parameters: await readParameters(bundle),
    tokenizer: await read(bundle.config.files.tokenizer.name),
    tokenizerConfig: await read('tokenizer_config.json'),
    card: String(await read('README.md')),
  };
}

async function holds(
  folder: string,
  wanted: Omit<BundleConfig, 'files'>,
  master: BundleConfig['files'],
): Promise<boolean> {
  try {
    const { files, ...present } = (await readBundle(folder)).config;
    return (
      JSON.stringify(present) === JSON.stringify(wanted) && files.tokenizer.sha256 === master.tokenizer.sha256
    );
  } catch (error) {
    if (error instanceof EngineError) return false; // missing or damaged: it is written anew
    throw error;
  }
}

function derivedNote({ config }: Bundle, precision: WeightPrecision): string {
  return `This folder holds the weights in ${precision}, derived from the ${config.precision} master whose weights have the SHA-256 ${weightsSha256(config)}.`;
}
