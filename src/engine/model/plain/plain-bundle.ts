import { EngineError } from '../../contract/errors';
import { SPECIAL_TOKENS } from '../../text/special-tokens';
import { vocabularySize, type TokenizerJson } from '../../text/token-bytes';
import { Tokenizer } from '../../text/tokenizer';
import {
  checkedConfig,
  checkFile,
  checkGraph,
  checkedTokenizer,
  readTokenizerJson,
} from '../bundle/bundle-checks';
import type { BundleFiles } from '../bundle/bundle-files';
import { parsePlainConfig, type PlainConfig } from './plain-config';

/** A bundle of somebody else's network, whose files have been checked. */
export interface PlainBundle {
  readonly files: BundleFiles;
  readonly config: PlainConfig;
  /** In the engine's ids: see `FIRST_ID`. */
  readonly tokenizer: Tokenizer;
}

/**
 * The engine has ids of its own for its special tokens, 0 to 6. A foreign model's token n is the engine's token
 * `FIRST_ID` + n.
 */
export const FIRST_ID = SPECIAL_TOKENS.length;

/**
 * Checks a plain bundle.
 *
 * @param json what its config.json says
 * @throws EngineError `bundle-missing`, `bundle-damaged` or `tokenizer-mismatch`
 */
export async function checkPlainBundle(files: BundleFiles, json: unknown): Promise<PlainBundle> {
  const config = checkedConfig(files, json, parsePlainConfig);
  const { graph, tokenizer, data } = config.files;
  await Promise.all([graph, tokenizer, ...data].map((file) => checkFile(files, file)));
  await checkGraph(files, graph, data);
  return { files, config, tokenizer: await readTokenizer(files, config) };
}

async function readTokenizer(files: BundleFiles, config: PlainConfig): Promise<Tokenizer> {
  const file = config.files.tokenizer;
  const json = await readTokenizerJson(files, file);
  const size = checkedTokenizer(files, file, () => vocabularySize(json));
  if (size > config.vocabulary) {
    throw new EngineError(
      'tokenizer-mismatch',
      `The tokenizer ${files.pathOf(file.name)} does not belong to this model: it has ${size} tokens and the network ` +
        `${config.vocabulary}. Use the tokenizer.json that was published with the model.`,
    );
  }
  return checkedTokenizer(files, file, () => new Tokenizer(inEngineIds(json, config)));
}

/** The tokenizer with the engine's special tokens before its own. */
function inEngineIds(json: TokenizerJson, config: PlainConfig): TokenizerJson {
  const vocab = Object.entries(json.model.vocab).map(([token, id]) => [token, id + FIRST_ID]);
  const added = [...json.added_tokens, ...silentTokens(json, config)];
  return {
    ...json,
    model: { ...json.model, vocab: Object.fromEntries(vocab) as Record<string, number> },
    added_tokens: [
      ...SPECIAL_TOKENS.map((content, id) => ({ id, content })),
      ...added.map((token) => ({ ...token, id: token.id + FIRST_ID })),
    ],
  };
}

/** Tokens that write nothing, as all added ones do: the mask, the end of text, and ids that only the network has. */
function silentTokens(
  { model, added_tokens }: TokenizerJson,
  { vocabulary, tokens }: PlainConfig,
): TokenizerJson['added_tokens'] {
  const silent = [tokens.mask];
  if (tokens.eot !== undefined) silent.push(tokens.eot);
  // The table of tokens ends with the largest id that there is: the last one makes it as long as the logits.
  const last = vocabulary - 1;
  const isNamed = Object.values(model.vocab).includes(last) || added_tokens.some(({ id }) => id === last);
  if (!isNamed) silent.push(last);
  return silent.map((id) => ({ id, content: `[SILENT ${id}]` }));
}
