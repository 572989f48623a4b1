/** The part of a byte-level BPE tokenizer.json (Hugging Face's format) that says what tokens are made of. */
export interface TokenizerJson {
  readonly model: {
    readonly vocab: Readonly<Record<string, number>>;
    /** `['a', 'b']`, or `'a b'` in files of older tools; the rank is the index. */
    readonly merges: readonly (string | readonly [string, string])[];
  };
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/**
 * Byte → the character that stands for it in a byte-level vocabulary: printable Latin-1 characters stand for
 * themselves, the other 68 bytes for U+0100, U+0101, … in order (Radford et al. 2019, GPT-2's `bytes_to_unicode`).
 */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : next++);
  });
})();

const CHARACTER_BYTES = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

/** One more than the largest id. */
export function vocabularySize({ model, added_tokens }: TokenizerJson): number {
  const ids = [...Object.values(model.vocab), ...added_tokens.map(({ id }) => id)];
  return ids.reduce((largest, id) => Math.max(largest, id), -1) + 1;
}

/**
 * The bytes that every token writes, by id. Special tokens write nothing, and neither do ids that no token has.
 *
 * @throws Error when a token is not in byte-level form
 */
export function tokenBytes(json: TokenizerJson): readonly Uint8Array[] {
  const table = Array.from({ length: vocabularySize(json) }, () => new Uint8Array(0));
  for (const [token, id] of Object.entries(json.model.vocab)) table[id] = bytesOf(token);
  for (const { id } of json.added_tokens) table[id] = new Uint8Array(0);
  return table;
}

function bytesOf(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(token, (character) => {
    const byte = CHARACTER_BYTES.get(character);
    if (byte === undefined)
      throw new Error(
        `The tokenizer is not byte-level BPE: its token ${JSON.stringify(token)} has a character for no byte.`,
      );
    return byte;
  });
}

/** The bytes of several tokens in a row. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}
