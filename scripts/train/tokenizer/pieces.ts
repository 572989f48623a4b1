/**
 * The borders that merges never cross, in order of preference: a newline with the indentation after it; words with
 * their leading space, whole in camelCase, all characters outside ASCII among their letters; up to three digits; runs
 * of punctuation; other spaces; single control characters. Every character is in exactly one piece.
 *
 * Only ASCII is told apart and only classes, alternatives and counts are used, so that it means the same to JavaScript
 * (flag u), Oniguruma (Hugging Face's tokenizers) and any version of Unicode. The counts bound the work of a piece.
 */
export const PIECE_PATTERN = [
  String.raw`\n[ \t]{0,128}`,
  String.raw` ?[^\x00-#%-@\[-\^\x60{-\x7F]{1,64}`,
  String.raw` ?[0-9]{1,3}`,
  String.raw` ?[!-#%-/:-@\[-\^\x60{-~]{1,16}`,
  String.raw`[ \t]{1,128}`,
  String.raw`[\x00-\x1F\x7F]`,
].join('|');

/** How often each piece occurs. */
export class PieceCounts {
  readonly counts = new Map<string, number>();
  readonly #pattern = new RegExp(PIECE_PATTERN, 'gu');

  add(text: string): void {
    for (const piece of text.match(this.#pattern) ?? []) {
      const known = this.counts.get(piece);
      // A piece of a text may be a view that keeps the whole text in memory; what is kept here is a copy.
      if (known === undefined) this.counts.set(Buffer.from(piece).toString(), 1);
      else this.counts.set(piece, known + 1);
    }
  }
}
