import type { HolesOfText } from './holes-of-text';

const WORD = /[\p{L}\p{N}_]+/gu;
const WORD_AT_END = /[\p{L}\p{N}_]+$/u;
const WORD_AT_START = /^[\p{L}\p{N}_]+/u;

/** The words around the holes; those that touch one may be pieces of words. */
export function wordsOf(texts: readonly string[]): Set<string> {
  const whole = texts.map((text, i) => {
    const from = i > 0 ? text.replace(WORD_AT_START, '') : text;
    return i < texts.length - 1 ? from.slice(0, WORD_AT_END.exec(from)?.index) : from;
  });
  return new Set(whole.flatMap((text) => text.match(WORD) ?? []));
}

/** Tells if a fill makes a word that stands nowhere else of one that does, or of two. Prose may have any word. */
export function breaksWord(
  fill: string,
  hole: number,
  { texts, replaced }: HolesOfText,
  words: ReadonlySet<string>,
): boolean {
  const before = replaced[hole]!;
  const left = WORD_AT_END.exec(texts[hole]!)?.[0];
  const right = WORD_AT_START.exec(texts[hole + 1]!)?.[0];
  const first = WORD_AT_START.exec(fill)?.[0];
  const last = WORD_AT_END.exec(fill)?.[0];
  // Whoever fills within a word, or selects a piece of one, may have a word that is new.
  const isOneWord = first === fill && (left === undefined) === (right === undefined);
  if (isOneWord) return false;
  if (before === '' && leavesPieces(fill, hole, texts, words)) return true;
  const startsWord = left !== undefined && first !== undefined && words.has(left) && !words.has(left + first);
  const endsWord =
    right !== undefined &&
    last !== undefined &&
    !words.has(last + right) &&
    // At a cursor within a word what comes behind it is a piece, and is to be completed.
    (left !== undefined || !isPiece(right, words));
  return (startsWord && !WORD_AT_START.test(before)) || (endsWord && !WORD_AT_END.test(before));
}

/** Tells if a text is known as the end of words only. */
function isPiece(text: string, words: ReadonlySet<string>): boolean {
  return !words.has(text) && [...words].some((word) => word.endsWith(text));
}

/** Tells if a fill writes more than what is missing of a word around the hole that the text has, or of the one behind it. */
function leavesPieces(
  fill: string,
  hole: number,
  texts: readonly string[],
  words: ReadonlySet<string>,
): boolean {
  const left = WORD_AT_END.exec(texts[hole]!)?.[0] ?? '';
  const right = WORD_AT_START.exec(texts[hole + 1]!)?.[0] ?? '';
  const first = WORD_AT_START.exec(fill)?.[0] ?? '';
  if (right === '') return false;
  if (left === '') return words.has(first) && first.endsWith(right) && isPiece(right, words);
  if (words.has(left) || words.has(right) || words.has(left + first)) return false;
  return middlesOf(left, right, words).length > 0;
}

/**
 * What is missing of a word that a hole is within or before: of those that the text has, or that a fill writes whole though
 * its end stands behind the hole.
 */
export function middlesOfWords(
  fill: string,
  prefix: string,
  suffix: string,
  texts: readonly string[],
): string[] {
  const left = WORD_AT_END.exec(prefix)?.[0] ?? '';
  const right = WORD_AT_START.exec(suffix)?.[0] ?? '';
  const first = WORD_AT_START.exec(fill)?.[0] ?? '';
  return middlesOf(left, right, left === '' ? [first] : wordsOf(texts));
}

/** The middles of words that begin and end with certain pieces, which are a half of them at least: less is no sign of a word. */
function middlesOf(left: string, right: string, words: Iterable<string>): string[] {
  if (right === '') return [];
  const known = left.length + right.length;
  return [...words]
    .filter((word) => known < word.length && word.length <= 2 * known)
    .filter((word) => word.startsWith(left) && word.endsWith(right))
    .map((word) => word.slice(left.length, word.length - right.length));
}
