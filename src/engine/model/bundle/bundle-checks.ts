import { EngineError } from '../../contract/errors';
import type { TokenizerJson } from '../../text/token-bytes';
import { inspectGraph, type GraphNeeds } from '../graph/inspect-graph';
import { CONFIG_FILE, type BundleFile } from './bundle-config';
import type { BundleFiles } from './bundle-files';

/** More than any config.json has: what is larger is not read at all. */
const MOST_CONFIG_BYTES = 1e6;
/** Operators that ONNX Runtime brings along; any other domain asks for a library of somebody else's code. */
const KNOWN_DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);

/**
 * Reads config.json, which says what kind of bundle this is.
 *
 * @throws EngineError `bundle-missing` or `bundle-damaged`
 */
export async function readConfigJson(files: BundleFiles): Promise<unknown> {
  const why = await files.whyMissing();
  if (why !== undefined) {
    throw new EngineError(
      'bundle-missing',
      `There is no model bundle at ${files.folder}: ${why}. ` +
        'Check the path, or train a bundle with "npm run train-model".',
    );
  }
  const size = await checkKind(files, CONFIG_FILE);
  if (size > MOST_CONFIG_BYTES) throw damaged(files, CONFIG_FILE, `it has ${size} bytes, far too many`);
  return checkedConfig(files, await readText(files, CONFIG_FILE), JSON.parse);
}

/**
 * Checks what config.json says.
 *
 * @param parse throws Error saying what is wrong
 * @throws EngineError `bundle-damaged`
 */
export function checkedConfig<From, To>(files: BundleFiles, from: From, parse: (from: From) => To): To {
  try {
    return parse(from);
  } catch (error) {
    throw damaged(files, CONFIG_FILE, (error as Error).message);
  }
}

/** @throws EngineError `bundle-damaged` when the file holds no JSON */
export async function readTokenizerJson(files: BundleFiles, file: BundleFile): Promise<TokenizerJson> {
  const text = await readText(files, file.name);
  return checkedTokenizer(files, file, () => {
    const json = JSON.parse(text) as Omit<TokenizerJson, 'added_tokens'> &
      Partial<Pick<TokenizerJson, 'added_tokens'>>;
    // Somebody else's may have none.
    return { ...json, added_tokens: json.added_tokens ?? [] };
  });
}

/**
 * Gives what is read of a tokenizer.json.
 *
 * @param read throws Error saying what is wrong
 * @throws EngineError `bundle-damaged`
 */
export function checkedTokenizer<T>(files: BundleFiles, { name }: BundleFile, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new EngineError(
      'bundle-damaged',
      `The tokenizer ${files.pathOf(name)} cannot be read (${(error as Error).message.replace(/\.$/, '')}): ` +
        'it is not a byte-level BPE tokenizer.json. Get the bundle again, or export it again.',
      { cause: error },
    );
  }
}

/** A file's content as text. */
async function readText(files: BundleFiles, name: string): Promise<string> {
  return new TextDecoder('utf-8').decode(await files.read(name));
}

/** @returns bytes of the file, which must be there and a plain file */
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

/** @param why what is wrong with the file */
export function damaged(files: BundleFiles, name: string, why: string): EngineError {
  return new EngineError(
    'bundle-damaged',
    `${files.pathOf(name)} cannot be used: ${why.replace(/\.$/, '')}. ` +
      'Get the bundle again, or export it again.',
  );
}
