import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { buildNetwork } from '../graph/network';
import type { Parameters } from '../graph/parameters';
import { encodeWeights } from '../graph/weights';
import { parseConfig } from './parse-config';
import { CONFIG_FILE, type BundleConfig, type BundleFile } from './bundle-config';
import { readBundle } from './read-bundle';

/** The parts of a bundle. The graph follows from the architecture and the precision. */
export interface BundleContent {
  readonly config: Omit<BundleConfig, 'files'>;
  readonly parameters: Parameters;
  /** tokenizer.json. */
  readonly tokenizer: Uint8Array;
  /** tokenizer_config.json, for other programs. */
  readonly tokenizerConfig: Uint8Array;
  /** README.md, the model card. */
  readonly card: string;
}

const STAGING = '.bundle-new';
const ASIDE = '.bundle-old';

/**
 * Writes a bundle into `folder`. Everything is written, synced and checked beside the present bundle first; then the
 * present one moves aside, config.json first, and the new one into its place, config.json last: at no moment is there
 * half a bundle with a config.json. Other things in the folder (a training run's) stay as they are.
 *
 * @throws EngineError if what was written does not pass a bundle's own checks, and Error if the parameters do not fit
 *   the architecture or the disk is full; the present bundle is then intact
 */
export async function writeBundle(folder: string, content: BundleContent): Promise<void> {
  const files = bundleFiles(content);
  const staging = path.join(folder, STAGING);
  fs.rmSync(staging, { recursive: true, force: true });
  fs.mkdirSync(staging, { recursive: true });
  try {
    for (const [name, data] of files) writeSynced(path.join(staging, name), data);
    await readBundle(staging);
    replaceFiles(folder, [...files.keys()]);
  } finally {
    fs.rmSync(staging, { recursive: true, force: true });
  }
}

/** The bundle's files by name, config.json last. */
function bundleFiles({
  config,
  parameters,
  tokenizer,
  tokenizerConfig,
  card,
}: BundleContent): Map<string, Uint8Array> {
  const { architecture, window, precision } = config;
  const weights = encodeWeights(architecture, precision, parameters);
  const graph = buildNetwork({ architecture, window, precision, weightsFiles: [...weights.keys()] });
  const described = [...weights].map(([name, bytes]) => describe(name, bytes));
  const complete = {
    ...config,
    files: {
      graph: describe('model.onnx', graph),
      weights: described.length === 1 ? described[0] : described,
      tokenizer: describe('tokenizer.json', tokenizer),
    },
  };
  return new Map([
    ['README.md', Buffer.from(card)],
    ['tokenizer_config.json', tokenizerConfig],
    ['tokenizer.json', tokenizer],
    ...weights,
    ['model.onnx', graph],
    [CONFIG_FILE, Buffer.from(`${JSON.stringify(complete, null, 2)}\n`)],
  ]);
}

function describe(name: string, data: Uint8Array): BundleFile {
  return { name, bytes: data.length, sha256: createHash('sha256').update(data).digest('hex') };
}

function writeSynced(file: string, data: Uint8Array): void {
  const fd = fs.openSync(file, 'w');
  try {
    for (let done = 0; done < data.length;) done += fs.writeSync(fd, data, done);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Names of the weights files of the bundle in a folder, if there is one. */
function presentNames(folder: string): readonly string[] {
  try {
    const json: unknown = JSON.parse(fs.readFileSync(path.join(folder, CONFIG_FILE), 'utf8'));
    return parseConfig(json).files.weights.map(({ name }) => name);
  } catch {
    return []; // none, or one that names nothing
  }
}

/** Puts the staged files, whose last one is config.json, into the place of those of the same names. */
function replaceFiles(folder: string, names: readonly string[]): void {
  const aside = path.join(folder, ASIDE);
  fs.mkdirSync(aside, { recursive: true });
  const moved: { from: string; to: string }[] = [];
  const move = (from: string, to: string): void => {
    fs.renameSync(from, to);
    moved.push({ from, to });
  };
  try {
    // What the present bundle has and the new one has not goes too, or weights that nothing names would stay.
    const former = presentNames(folder).filter((name) => !names.includes(name));
    for (const name of [...former, ...names].reverse()) {
      const present = path.join(folder, name);
      if (fs.existsSync(present)) move(present, path.join(aside, name));
    }
    for (const name of names) move(path.join(folder, STAGING, name), path.join(folder, name));
  } catch (error) {
    for (const { from, to } of moved.reverse()) fs.renameSync(to, from);
    throw error;
  }
  fs.rmSync(aside, { recursive: true });
}
