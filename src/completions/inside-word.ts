import type { Place } from './request';

const WORD_AT_END = /[\p{L}\p{N}_]+$/u;
const WORD_AT_START = /^[\p{L}\p{N}_]+/u;

/** Tells whether the cursor stands within a word, where nobody waits for a suggestion. */
export function isInsideWord({ prefix, suffix }: Pick<Place, 'prefix' | 'suffix'>): boolean {
  return WORD_AT_END.test(prefix.slice(-1)) && WORD_AT_START.test(suffix.slice(0, 1));
}

/** A mark that belongs to the letter before it, where there is none. */
const STRAY_MARK = /(?:^|[\s"'`()[\]{}<>,.:;/=-])[\p{Mn}\p{Mc}]/u;

/** True when a text, or a piece of it, begins in the middle of a letter of a script like Devanagari. */
export function breaksLetter(text: string, prefix: string): boolean {
  return STRAY_MARK.test(prefix.slice(-1) + text);
}

/**
 * The part of a completion that makes a word with what stands on both sides of the cursor.
 *
 * @param names of the file; undefined where they are not known
 * @returns '' where it would make two words of one, or one word that nobody knows of two
 */
export function wordWithRest(text: string, place: Place, names: ReadonlySet<string> | undefined): string {
  const rest = WORD_AT_START.exec(place.rest)?.[0];
  if (rest === undefined) return text;
  if (!isInsideWord(place)) return mergesWords(text, rest, names) ? '' : text;
  // The model often writes the rest of the word once more.
  const own = text.endsWith(rest) ? text.slice(0, -rest.length) : text;
  return /^[\p{L}\p{N}_]*$/u.test(own) ? own : '';
}

/** Tells whether a completion in front of a word would become its beginning, and the whole is no name of the file. */
function mergesWords(text: string, rest: string, names: ReadonlySet<string> | undefined): boolean {
  const last = WORD_AT_END.exec(text)?.[0];
  return last !== undefined && !names?.has(last + rest);
}
