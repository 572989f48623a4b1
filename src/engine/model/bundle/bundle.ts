import { EngineError } from '../../contract/errors';
import { tokenBytes, type TokenizerJson } from '../../text/token-bytes';
import { type BundleConfig, type BundleFile, CONFIG_FILE } from './bundle-config';
import { SPECIAL_TOKENS } from '../../text/special-tokens';
import type { BundleFiles } from './bundle-files';
import { inspectGraph, type GraphNeeds } from '../graph/inspect-graph';
import { layoutBytes, weightLayout } from '../graph/weight-layout';
import { parseConfig } from './parse-config';

/** More than any config.json has: what is larger is not read at all. */
const MOST_CONFIG_BYTES = 1e6;
/** Operators that ONNX Runtime brings along; any other domain asks for a library of somebody else's code. */
const KNOWN_DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);

/** A model bundle whose files have been checked. */
export interface Bundle {
  readonly files: BundleFiles;
  readonly config: BundleConfig;
}

/**
 * Checks a bundle: config.json field by field, every file's kind, size and SHA-256, that the graph needs nothing but
 * the bundle's own files, and that the tokenizer has the vocabulary that the network was made for.
 *
 * @throws EngineError `bundle-missing`, `bundle-damaged` or `tokenizer-mismatch`, naming the file and what to do
 */
export async function checkBundle(files: BundleFiles): Promise<Bundle> {
  const config = await readConfig(files);
  await Promise.all(Object.values(config.files).map((file: BundleFile) => checkFile(files, file)));
  await checkGraph(files, config.files.graph, Object.values(config.files));
  await checkTokenizer(files, config);
  return { files, config };
}

async function readConfig(files: BundleFiles): Promise<BundleConfig> {
  const why = await files.whyMissing();
  if (why !== undefined) {
    throw new EngineError(
      'bundle-missing',
      `There is no model bundle at ${files.folder}: ${why}. ` +
        'Check the path, or train a bundle with "npm run train-model".',
    );
  }
  const text = await readConfigText(files);
  let config: BundleConfig;
  try {
    config = parseConfig(JSON.parse(text));
  } catch (error) {
    throw damaged(files, CONFIG_FILE, (error as Error).message);
  }
  const { weights } = config.files;
  const needed = layoutBytes(weightLayout(config.architecture, config.precision));
  if (weights.bytes !== needed) {
    throw damaged(
      files,
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
export async function readConfigText(files: BundleFiles): Promise<string> {
  const size = await checkKind(files, CONFIG_FILE);
  if (size > MOST_CONFIG_BYTES) throw damaged(files, CONFIG_FILE, `it has ${size} bytes, far too many`);
  return readText(files, CONFIG_FILE);
}

/** A file's content as text. */
export async function readText(files: BundleFiles, name: string): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await files.read(name));
}

/** @returns bytes of the file, which is there and a plain file */
async function checkKind(files: BundleFiles, name: string): Promise<number> {
  const stat = await files.stat(name);
  if (!stat) {
    throw new EngineError(
      'bundle-missing',
      `The model bundle at ${files.folder} has no ${name}. Check the path, or get the whole bundle again.`,
    );
  }
  if (stat.oddity !== undefined) {
    throw damaged(files, name, `it is ${stat.oddity}; a bundle holds plain files only`);
  }
  return stat.bytes;
}

/** @throws EngineError `bundle-missing` or `bundle-damaged` */
export async function checkFile(files: BundleFiles, { name, bytes, sha256 }: BundleFile): Promise<void> {
  const size = await checkKind(files, name);
  if (size !== bytes) {
    throw damaged(files, name, `it has ${size} bytes instead of ${bytes}`);
  }
  if ((await files.sha256(name)) !== sha256) {
    throw damaged(files, name, `its content does not match the SHA-256 in ${CONFIG_FILE}`);
  }
}

/**
 * ONNX Runtime opens whatever file a graph names: so that is not left to the graph.
 *
 * @param checked the bundle's files that have been checked
 * @throws EngineError `bundle-damaged` when the graph needs another file, or operators that nobody has
 */
export async function checkGraph(
  files: BundleFiles,
  { name }: BundleFile,
  checked: readonly BundleFile[],
): Promise<void> {
  let needs: GraphNeeds;
  try {
    needs = inspectGraph(await files.read(name));
  } catch (error) {
    throw damaged(files, name, `it is not an ONNX model (${(error as Error).message})`);
  }
  const foreign = [...needs.domains].find((domain) => !KNOWN_DOMAINS.has(domain));
  if (foreign !== undefined) {
    const why = `it uses operators of ${JSON.stringify(foreign)}, which ONNX Runtime does not have`;
    throw damaged(files, name, why);
  }
  for (const { file, end } of needs.externalData) {
    const listed = checked.find((known) => known.name === file);
    if (!listed) {
      const why = `it reads ${JSON.stringify(file)}, which is no file of this bundle`;
      throw damaged(files, name, why);
    }
    if (!(end <= listed.bytes)) throw damaged(files, name, `it reads beyond the end of ${file}`);
  }
}

async function checkTokenizer(files: BundleFiles, config: BundleConfig): Promise<void> {
  const { name } = config.files.tokenizer;
  let tokenizer: TokenizerJson;
  let size: number;
  try {
    tokenizer = JSON.parse(await readText(files, name)) as TokenizerJson;
    size = tokenBytes(tokenizer).length;
  } catch (error) {
    throw damaged(files, name, `it is not a byte-level BPE tokenizer.json (${(error as Error).message})`);
  }
  const mismatch = (what: string): EngineError =>
    new EngineError(
      'tokenizer-mismatch',
      `The tokenizer ${files.pathOf(name)} does not belong to this model: ${what}. ` +
        'Get the whole bundle again, or export it with the tokenizer that it was trained with.',
    );
  if (size !== config.architecture.vocabulary) {
    throw mismatch(`it has ${size} tokens and the network ${config.architecture.vocabulary}`);
  }
  SPECIAL_TOKENS.forEach((content, id) => {
    if (!tokenizer.added_tokens.some((token) => token.id === id && token.content === content)) {
      throw mismatch(`its token ${id} is not ${content}`);
    }
  });
}

/** @param why what is wrong with the file */
export function damaged(files: BundleFiles, name: string, why: string): EngineError {
  return new EngineError(
    'bundle-damaged',
    `${files.pathOf(name)} cannot be used: ${why.replace(/\.$/, '')}. ` +
      'Get the bundle again, or export it again.',
  );
}
