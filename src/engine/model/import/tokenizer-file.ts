import { BYTE_CHARACTERS, tokenBytes, vocabularySize, type TokenizerJson } from '../../text/token-bytes';
import { Tokenizer } from '../../text/tokenizer';
import { refusal, shown } from './import-error';
import { isObject, parseStrictObject, type JsonObject } from './strict-json';

export const TOKENIZER = 'tokenizer.json';
const ADVICE = 'Get tokenizer.json again; if it is as published, this model cannot be imported.';
/** More than any vocabulary has. */
const MOST_IDS = 1 << 22;
/** Text that has to come back as it was: code, blanks, line ends, capitals, letters of two to four bytes, one that NFKC rewrites. */
const SAMPLE = 'def  Fun(x):\n\treturn x[0] != "é" // → ½ 🙂 \n\n';

/** The contents of tokenizer.json, checked. */
export interface TokenizerFile {
  /** One more than the largest id. */
  readonly size: number;
  /** Id of a token by its content, special ones first. */
  idOf(content: string): number | undefined;
  /** Tells whether the id is a piece of text, not a special token and not an id without a token. */
  isText(id: number): boolean;
  /** Tokens beside the vocabulary: special ones. */
  readonly added: readonly { readonly id: number; readonly content: string }[];
}

/**
 * Reads a byte-level BPE tokenizer.json in the format of Hugging Face's tokenizers.
 *
 * @throws EngineError `import-refused` naming what is not understood
 */
export function readTokenizerFile(text: string): TokenizerFile {
  const json = parseStrictObject(TOKENIZER, text);
  const vocab = checkModel(json);
  const added = addedTokens(json, vocab);
  const whole = { ...json, added_tokens: added } as unknown as TokenizerJson;
  checkText(whole);
  const special = new Map(added.map(({ id, content }) => [content, id]));
  const specialIds = new Set(special.values());
  const textIds = new Set(Object.values(vocab).filter((id) => !specialIds.has(id)));
  return {
    size: vocabularySize(whole),
    idOf: (content) => special.get(content) ?? (Object.hasOwn(vocab, content) ? vocab[content] : undefined),
    isText: (id) => textIds.has(id),
    added,
  };
}

function wrong(what: string): Error {
  return refusal(TOKENIZER, what, ADVICE);
}

/** @returns the vocabulary */
function checkModel(json: JsonObject): Readonly<Record<string, number>> {
  const { model } = json;
  if (!isObject(model)) throw wrong('"model" is no object');
  if (model['type'] !== 'BPE') {
    throw wrong(`model.type is ${shown(model['type'])}; only byte-level BPE is understood`);
  }
  for (const key of ['dropout', 'byte_fallback', 'continuing_subword_prefix', 'end_of_word_suffix']) {
    const value = model[key];
    if (value !== undefined && value !== null && value !== false && value !== '' && value !== 0) {
      throw wrong(`model.${key} is ${shown(value)}, which is not understood`);
    }
  }
  const { vocab, merges } = model;
  if (!isObject(vocab) || Object.keys(vocab).length === 0)
    throw wrong('model.vocab is no object with tokens');
  const ids = new Map<number, string>();
  for (const [token, id] of Object.entries(vocab)) {
    if (!isId(id)) throw wrong(`model.vocab gives ${shown(token)} the id ${shown(id)}`);
    const other = ids.get(id);
    if (other !== undefined)
      throw wrong(`model.vocab gives the id ${id} to both ${shown(other)} and ${shown(token)}`);
    ids.set(id, token);
  }
  checkMerges(merges, vocab);
  const lost = BYTE_CHARACTERS.findIndex((character) => !Object.hasOwn(vocab, character));
  if (lost >= 0) {
    throw wrong(
      `model.vocab has no token for the byte ${lost} (${shown(BYTE_CHARACTERS[lost])}): it is not byte-level`,
    );
  }
  return vocab as Readonly<Record<string, number>>;
}

function checkMerges(merges: unknown, vocab: JsonObject): void {
  if (!Array.isArray(merges)) throw wrong('model.merges is no list');
  merges.forEach((merge: unknown, i) => {
    const pair = typeof merge === 'string' ? merge.split(' ') : merge;
    const isPair = Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string');
    if (!isPair) throw wrong(`merge ${i} is ${shown(merge)}; two tokens are wanted`);
    const [left, right] = pair as [string, string];
    const missing = [left, right, left + right].find((part) => !Object.hasOwn(vocab, part));
    if (missing !== undefined) {
      throw wrong(
        `merge ${i}, ${shown(`${left} ${right}`)}, needs the token ${shown(missing)}, which model.vocab does not have`,
      );
    }
  });
}

function addedTokens(json: JsonObject, vocab: Readonly<Record<string, number>>): TokenizerFile['added'] {
  const list = json['added_tokens'] ?? [];
  if (!Array.isArray(list)) throw wrong('added_tokens is no list');
  const byId = new Map(Object.entries(vocab).map(([token, id]) => [id, token]));
  const seen = new Map<string, number>();
  return list.map((entry: unknown) => {
    if (!isObject(entry)) throw wrong(`added_tokens has ${shown(entry)}`);
    const { id, content } = entry;
    if (!isId(id) || typeof content !== 'string') throw wrong(`added_tokens has ${shown(entry)}`);
    const other = byId.get(id);
    if (other !== undefined && other !== content) {
      throw wrong(`the id ${id} belongs to both ${shown(other)} and ${shown(content)}`);
    }
    const before = seen.get(content);
    if (before !== undefined && before !== id)
      throw wrong(`${shown(content)} has the ids ${before} and ${id}`);
    byId.set(id, content);
    seen.set(content, id);
    return { id, content };
  });
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < MOST_IDS;
}

/** Encodes and decodes a sample with the library that will do so later. */
function checkText(json: TokenizerJson): void {
  let back: string;
  try {
    tokenBytes(json);
    const tokenizer = new Tokenizer(json);
    back = tokenizer.decode(tokenizer.encode(SAMPLE));
  } catch (error) {
    throw wrong(`it cannot be read as a byte-level BPE (${(error as Error).message.replace(/\.$/, '')})`);
  }
  if (back !== SAMPLE) throw wrong(`it changes text: ${shown(SAMPLE)} comes back as ${shown(back)}`);
}
