import { hash32, readShards } from '../corpus/shards';
import type { ByLanguage, CorpusDocument } from '../corpus/types';

/**
 * Bytes to take of each language: in proportion to the square root of what there is of it, so that the large ones leave
 * room for the small ones; never more than there is.
 */
export function languageShares(there: ByLanguage, budget: number): Map<string, number> {
  const shares = new Map<string, number>();
  let rest = budget;
  let open = Object.entries(there).filter(([, { bytes }]) => bytes > 0);
  for (;;) {
    const roots = open.reduce((sum, [, { bytes }]) => sum + Math.sqrt(bytes), 0);
    const portion = (bytes: number): number => (rest * Math.sqrt(bytes)) / roots;
    const whole = open.filter(([, { bytes }]) => portion(bytes) >= bytes);
    if (whole.length === 0) {
      for (const [language, { bytes }] of open) shares.set(language, portion(bytes));
      return shares;
    }
    for (const [language, { bytes }] of whole) {
      shares.set(language, bytes);
      rest -= bytes;
    }
    open = open.filter((entry) => !whole.includes(entry));
  }
}

/** The texts of the train split that the tokenizer is trained on, chosen by hashes of their paths. */
export async function* sampleTexts(
  corpus: string,
  there: ByLanguage,
  budget: number,
): AsyncGenerator<CorpusDocument> {
  const shares = languageShares(there, budget);
  for await (const document of readShards(corpus, 'train')) {
    const share = (shares.get(document.lang) ?? 0) / (there[document.lang]?.bytes ?? Infinity);
    // Salted: the same hash chooses the shard.
    if (hash32(`tokenizer/${document.path}`) < share * 2 ** 32) yield document;
  }
}
