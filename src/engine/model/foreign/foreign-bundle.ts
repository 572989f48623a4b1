import { CONFIG_FILE } from '../bundle/bundle-config';
import { SPECIAL_TOKENS } from '../../text/special-tokens';
import { checkFile, checkGraph, damaged, readConfigText, readText } from '../bundle/bundle';
import type { BundleFiles } from '../bundle/bundle-files';
import { EngineError } from '../../contract/errors';
import { tokenBytes, type TokenizerJson } from '../../text/token-bytes';
import { isPlain, parsePlainConfig, type PlainConfig } from './foreign-config';

/** A plain bundle whose files have been checked. */
export interface PlainBundle {
  readonly files: BundleFiles;
  readonly config: PlainConfig;
  /** The tokenizer in the engine's ids: see `FIRST_ID`. */
  readonly tokenizer: TokenizerJson;
}

/**
 * The engine has ids of its own for its special tokens, 0 to 6. A plain model's token n is the engine's token
 * `FIRST_ID` + n.
 */
export const FIRST_ID = SPECIAL_TOKENS.length;

/**
 * Checks a plain bundle.
 *
 * @returns undefined when what lies there is none, which may be a bundle of the other kind, or nothing
 * @throws EngineError `bundle-missing`, `bundle-damaged` or `tokenizer-mismatch`
 */
export async function readPlainBundle(files: BundleFiles): Promise<PlainBundle | undefined> {
  const json = await readConfigText(files)
    .then((text): unknown => JSON.parse(text))
    .catch(() => undefined);
  if (!isPlain(json)) return undefined;
  let config: PlainConfig;
  try {
    config = parsePlainConfig(json);
  } catch (error) {
    throw damaged(files, CONFIG_FILE, (error as Error).message);
  }
  const { graph, tokenizer, data } = config.files;
  await Promise.all([graph, tokenizer, ...data].map((file) => checkFile(files, file)));
  await checkGraph(files, graph, data);
  return { files, config, tokenizer: await readTokenizer(files, config) };
}

async function readTokenizer(files: BundleFiles, config: PlainConfig): Promise<TokenizerJson> {
  const { name } = config.files.tokenizer;
  let tokenizer: TokenizerJson;
  let size: number;
  try {
    tokenizer = JSON.parse(await readText(files, name)) as TokenizerJson;
    size = tokenBytes(tokenizer).length;
  } catch (error) {
    throw damaged(files, name, `it is not a byte-level BPE tokenizer.json (${(error as Error).message})`);
  }
  if (size > config.vocabulary) {
    throw new EngineError(
      'tokenizer-mismatch',
      `The tokenizer ${files.pathOf(name)} does not belong to this model: it has ${size} tokens and the network ` +
        `${config.vocabulary}. Use the tokenizer.json that was published with the model.`,
    );
  }
  return inEngineIds(tokenizer, config);
}

/** The tokenizer with the engine's special tokens before its own; mask, end of text and unused ids write nothing. */
function inEngineIds(json: TokenizerJson, { vocabulary, tokens }: PlainConfig): TokenizerJson {
  const vocab = Object.entries(json.model.vocab).map(([token, id]) => [token, id + FIRST_ID]);
  const silent = [tokens.mask, vocabulary - 1, ...(tokens.eot === undefined ? [] : [tokens.eot])];
  const known = new Set([...json.added_tokens.map(({ id }) => id), ...Object.values(json.model.vocab)]);
  return {
    ...json,
    model: { ...json.model, vocab: Object.fromEntries(vocab) as Record<string, number> },
    added_tokens: [
      ...SPECIAL_TOKENS.map((content, id) => ({ id, content })),
      ...json.added_tokens.map((token) => ({ ...token, id: token.id + FIRST_ID })),
      ...silent
        .filter((id, i) => i !== 1 || !known.has(id))
        .map((id) => ({ id: id + FIRST_ID, content: `[SILENT ${id}]` })),
    ],
  };
}
