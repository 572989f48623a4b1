import { createHash } from 'node:crypto';
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../errors';
import { tokenBytes, type TokenizerJson } from '../text/token-bytes';
import { SPECIAL_TOKENS, type BundleConfig, type BundleFile } from './bundle-config';
import { inspectGraph, type GraphNeeds } from './graph/inspect-graph';
import { layoutBytes, weightLayout } from './graph/weight-layout';
import { parseConfig } from './parse-config';

export const CONFIG_FILE = 'config.json';
/** More than any config.json has: what is larger is not read at all. */
const MOST_CONFIG_BYTES = 1e6;
/** Operators that ONNX Runtime brings along; any other domain asks for a library of somebody else's code. */
const KNOWN_DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);

/** A model bundle whose files have been checked. */
export interface Bundle {
  readonly folder: string;
  readonly config: BundleConfig;
}

/** Full path of one of the bundle's files. */
export function bundlePath({ folder, config }: Bundle, file: keyof BundleConfig['files']): string {
  return path.join(folder, config.files[file].name);
}

/**
 * Checks a bundle: config.json field by field, every file's kind, size and SHA-256, that the graph needs nothing but
 * the bundle's own files, and that the tokenizer has the vocabulary that the network was made for.
 *
 * @throws EngineError `bundle-missing`, `bundle-damaged` or `tokenizer-mismatch`, naming the file and what to do
 */
export async function readBundle(folder: string): Promise<Bundle> {
  const config = await readConfig(folder);
  await Promise.all(Object.values(config.files).map((file: BundleFile) => checkFile(folder, file)));
  await checkGraph(folder, config.files.graph, Object.values(config.files));
  await checkTokenizer(folder, config);
  return { folder, config };
}

async function readConfig(folder: string): Promise<BundleConfig> {
  const stat = await fsp.stat(folder).catch(() => undefined);
  if (!stat?.isDirectory()) {
    throw new EngineError(
      'bundle-missing',
      `There is no model bundle at ${folder}: ${stat ? 'it is not a folder' : 'no such folder'}. ` +
        'Check the path, or train a bundle with "npm run train-model".',
    );
  }
  const text = await readConfigText(folder);
  let config: BundleConfig;
  try {
    config = parseConfig(JSON.parse(text));
  } catch (error) {
    throw damaged(folder, CONFIG_FILE, (error as Error).message);
  }
  const { weights } = config.files;
  const needed = layoutBytes(weightLayout(config.architecture, config.precision));
  if (weights.bytes !== needed) {
    throw damaged(
      folder,
      CONFIG_FILE,
      `it gives ${weights.name} ${weights.bytes} bytes, but its architecture needs ${needed}`,
    );
  }
  return config;
}

/**
 * The text of config.json, which is a plain file of reasonable size.
 *
 * @throws EngineError `bundle-missing` or `bundle-damaged`
 */
export async function readConfigText(folder: string): Promise<string> {
  const size = await checkKind(folder, CONFIG_FILE);
  if (size > MOST_CONFIG_BYTES) throw damaged(folder, CONFIG_FILE, `it has ${size} bytes, far too many`);
  return fsp.readFile(path.join(folder, CONFIG_FILE), 'utf8');
}

/** @returns bytes of the file, which is there and a plain file */
async function checkKind(folder: string, name: string): Promise<number> {
  const stat = await fsp.lstat(path.join(folder, name)).catch(() => undefined);
  if (!stat) {
    throw new EngineError(
      'bundle-missing',
      `The model bundle at ${folder} has no ${name}. Check the path, or get the whole bundle again.`,
    );
  }
  if (!stat.isFile()) {
    const kind = stat.isSymbolicLink() ? 'a symbolic link' : 'not a file';
    throw damaged(folder, name, `it is ${kind}; a bundle holds plain files only`);
  }
  return stat.size;
}

/** @throws EngineError `bundle-missing` or `bundle-damaged` */
export async function checkFile(folder: string, { name, bytes, sha256 }: BundleFile): Promise<void> {
  const size = await checkKind(folder, name);
  if (size !== bytes) {
    throw damaged(folder, name, `it has ${size} bytes instead of ${bytes}`);
  }
  if ((await hashFile(path.join(folder, name))) !== sha256) {
    throw damaged(folder, name, `its content does not match the SHA-256 in ${CONFIG_FILE}`);
  }
}

/**
 * ONNX Runtime opens whatever file a graph names: so that is not left to the graph.
 *
 * @param files those of the bundle that have been checked
 * @throws EngineError `bundle-damaged` when the graph needs another file, or operators that nobody has
 */
export async function checkGraph(
  folder: string,
  { name }: BundleFile,
  files: readonly BundleFile[],
): Promise<void> {
  let needs: GraphNeeds;
  try {
    needs = inspectGraph(await fsp.readFile(path.join(folder, name)));
  } catch (error) {
    throw damaged(folder, name, `it is not an ONNX model (${(error as Error).message})`);
  }
  const foreign = [...needs.domains].find((domain) => !KNOWN_DOMAINS.has(domain));
  if (foreign !== undefined) {
    const why = `it uses operators of ${JSON.stringify(foreign)}, which ONNX Runtime does not have`;
    throw damaged(folder, name, why);
  }
  for (const { file, end } of needs.externalData) {
    const listed = files.find((known) => known.name === file);
    if (!listed) {
      const why = `it reads ${JSON.stringify(file)}, which is no file of this bundle`;
      throw damaged(folder, name, why);
    }
    if (!(end <= listed.bytes)) throw damaged(folder, name, `it reads beyond the end of ${file}`);
  }
}

/** SHA-256 of a file of any size, in hexadecimal. */
async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

async function checkTokenizer(folder: string, { architecture, files }: BundleConfig): Promise<void> {
  const { name } = files.tokenizer;
  let tokenizer: TokenizerJson;
  let size: number;
  try {
    tokenizer = JSON.parse(await fsp.readFile(path.join(folder, name), 'utf8')) as TokenizerJson;
    size = tokenBytes(tokenizer).length;
  } catch (error) {
    throw damaged(folder, name, `it is not a byte-level BPE tokenizer.json (${(error as Error).message})`);
  }
  const mismatch = (what: string): EngineError =>
    new EngineError(
      'tokenizer-mismatch',
      `The tokenizer ${path.join(folder, name)} does not belong to this model: ${what}. ` +
        'Get the whole bundle again, or export it with the tokenizer that it was trained with.',
    );
  if (size !== architecture.vocabulary) {
    throw mismatch(`it has ${size} tokens and the network ${architecture.vocabulary}`);
  }
  SPECIAL_TOKENS.forEach((content, id) => {
    if (!tokenizer.added_tokens.some((token) => token.id === id && token.content === content)) {
      throw mismatch(`its token ${id} is not ${content}`);
    }
  });
}

/** @param why what is wrong with the file */
export function damaged(folder: string, name: string, why: string): EngineError {
  return new EngineError(
    'bundle-damaged',
    `${path.join(folder, name)} cannot be used: ${why.replace(/\.$/, '')}. ` +
      'Get the bundle again, or export it again.',
  );
}
