import { Tokenizer as Bpe } from '@huggingface/tokenizers';
import { SPECIAL_TOKENS } from './special-tokens';
import { joinBytes, tokenBytes, type TokenizerJson } from './token-bytes';

/** The bundle's byte-level BPE tokenizer. Special tokens are ids only: no text, whatever it says, encodes to one. */
export class Tokenizer {
  readonly #bpe: Bpe;
  readonly #bytes: readonly Uint8Array[];
  /** Tokens that can never be part of a fill, which is text with LF line endings: special ones and carriage returns. */
  readonly unwritable: readonly number[];
  /** Tokens of blanks and line breaks alone. */
  readonly blank: readonly number[];
  /** Tokens whose bytes are not UTF-8 by themselves. */
  readonly incomplete: ReadonlySet<number>;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** @param json tokenizer.json, in the format of Hugging Face's tokenizers */
  constructor(json: TokenizerJson) {
    // Without its added tokens the library reads "[MASK]" in a document as the six characters that it is.
    this.#bpe = new Bpe({ ...json, added_tokens: [] }, { clean_up_tokenization_spaces: false });
    this.#bytes = tokenBytes(json);
    const strict = new TextDecoder('utf-8', { fatal: true });
    const ids = this.#bytes.map((_, id) => id);
    this.incomplete = new Set(ids.filter((id) => !decodes(strict, this.#bytes[id]!)));
    this.unwritable = ids.filter(
      (id) => id < SPECIAL_TOKENS.length || this.#bytes[id]!.length === 0 || this.#bytes[id]!.includes(0x0d),
    );
    this.blank = ids.filter((id) => this.#bytes[id]!.length > 0 && this.display(id).trim() === '');
  }

  /** Vocabulary size. */
  get size(): number {
    return this.#bytes.length;
  }

  /** Text (LF) → token ids. */
  encode(text: string): number[] {
    return text === '' ? [] : this.#bpe.encode(text, { add_special_tokens: false }).ids;
  }

  /** Token ids → text; byte runs that are not UTF-8 become U+FFFD, special tokens nothing. */
  decode(ids: readonly number[]): string {
    return this.#decoder.decode(joinBytes(ids.map((id) => this.#bytes[id] ?? new Uint8Array(0))));
  }

  /** One token on its own, for people: an incomplete character shows as U+FFFD. */
  display(id: number): string {
    return this.decode([id]);
  }

  /** Indices of the tokens that have a part in a byte run which is not UTF-8; empty for valid text. */
  brokenAt(ids: readonly number[]): number[] {
    const broken: number[] = [];
    const strict = new TextDecoder('utf-8', { fatal: true });
    // A run of tokens that are not whole by themselves is judged as one; the whole ones between separate the runs.
    let run: number[] = [];
    const judge = (): void => {
      if (run.length > 0 && !decodes(strict, joinBytes(run.map((i) => this.#bytes[ids[i]!]!))))
        broken.push(...run);
      run = [];
    };
    ids.forEach((id, i) => {
      if (this.incomplete.has(id)) run.push(i);
      else judge();
    });
    judge();
    return broken;
  }
}

function decodes(strict: InstanceType<typeof TextDecoder>, bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
