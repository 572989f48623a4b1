import { SPECIAL_TOKENS } from '../../text/special-tokens';
import type { TokenizerJson } from '../../text/token-bytes';

/**
 * The engine has ids of its own for its special tokens, 0 to 6. Token n of somebody else's model is the engine's token
 * `FIRST_ID` + n.
 */
export const FIRST_ID = SPECIAL_TOKENS.length;

/**
 * The tokenizer with the engine's special tokens before its own.
 *
 * @param vocabulary of the network; ids beyond the tokenizer's write nothing
 * @param silent ids that write nothing, as all added tokens do: the mask, the end of a text
 */
export function inEngineIds(
  json: TokenizerJson,
  vocabulary: number,
  silent: readonly number[],
): TokenizerJson {
  const vocab = Object.entries(json.model.vocab).map(([token, id]) => [token, id + FIRST_ID]);
  const added = [...json.added_tokens, ...silentTokens(json, vocabulary, silent)];
  return {
    ...json,
    model: { ...json.model, vocab: Object.fromEntries(vocab) as Record<string, number> },
    added_tokens: [
      ...SPECIAL_TOKENS.map((content, id) => ({ id, content })),
      ...added.map((token) => ({ ...token, id: token.id + FIRST_ID })),
    ],
  };
}

function silentTokens(
  { model, added_tokens }: TokenizerJson,
  vocabulary: number,
  silent: readonly number[],
): TokenizerJson['added_tokens'] {
  // The table of tokens ends with the largest id that there is: the last one makes it as long as the logits.
  const last = vocabulary - 1;
  const isNamed = Object.values(model.vocab).includes(last) || added_tokens.some(({ id }) => id === last);
  return [...silent, ...(isNamed ? [] : [last])].map((id) => ({ id, content: `[SILENT ${id}]` }));
}
