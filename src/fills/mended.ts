import { endLoops } from '../completions/repetition';
import { awaitedClosers, bracketsBetween } from '../syntax/endings';
import { closed } from './closed';
import type { Fault } from './faults';
import type { HolesOfText } from './holes-of-text';
import { middlesOfWords } from './words';

/** So much of a fill must stay, of its characters besides white space; less says something else than the model did. */
const LEAST_KEPT = 0.5;
const STRAY_END = /^[\s()[\]{}<>;,"'`]+$/;
const MOST_CUTS = 24;
/** What may be missing in front of what a fill leaves open. */
const OPENERS = ['(', '[', '(('];
const ONLY_CLOSES = /^[\s)\]};,]*[)\]}][\s)\]};,]*$/;

/**
 * Lists fills that differ little from those that a model wrote, the nearest first; one hole's is changed at a time.
 *
 * @param fault what is wrong with the fills
 */
export function* mendedFills(
  fills: readonly string[],
  { texts }: HolesOfText,
  fault: Fault,
): Generator<readonly string[]> {
  for (const [hole, fill] of fills.entries()) {
    const [prefix, suffix] = [texts[hole]!, texts[hole + 1]!];
    for (const mended of new Set(MENDS[fault](fill, prefix, suffix, texts))) yield fills.with(hole, mended);
  }
}

type Mends = (fill: string, prefix: string, suffix: string, texts: readonly string[]) => Iterable<string>;

const MENDS: Readonly<Record<Fault, Mends>> = {
  syntax: readable,
  repeats: (fill) => {
    const once = endLoops(fill);
    return once === fill ? [] : [once];
  },
  'inside-word': middlesOfWords,
  'too-little': () => [],
};

/**
 * Without brackets and marks at its end, with the brackets and the string closed that it leaves open, or cut at the end
 * of a line or word and then closed.
 */
function* readable(fill: string, prefix: string, suffix: string): Generator<string> {
  if (sizeOf(fill) === 0 && !ONLY_CLOSES.test(fill)) return;
  const ends = endsWithin(fill);
  for (const end of ends) {
    if (!STRAY_END.test(fill.slice(end))) break;
    const kept = trimmed(fill.slice(0, end), suffix);
    if (isEnough(fill, end) && kept.trim() !== '') yield kept;
  }
  yield* [withHeads(fill), withMarksOnce(fill)].filter((text) => text !== fill);
  const quote = openQuote(prefix);
  for (const end of [fill.length, ...ends.filter((place) => isEnough(fill, place)).slice(0, MOST_CUTS)]) {
    const kept = end === fill.length ? fill : trimmed(fill.slice(0, end), suffix);
    if (kept.trim() === '') continue;
    if (kept !== fill) yield kept;
    const closers = awaitedClosers(kept);
    if (kept === fill && closers !== '') yield* withOpeners(fill, prefix, suffix);
    if (closers !== '') yield* [kept + closers, `${kept}${closers};`];
    yield* closed(kept, /^[;,]?/.exec(fill.slice(end))![0], prefix, suffix);
    if (kept === fill && /[\p{L}\p{N}_)\]}"'`]$/u.test(kept)) yield* [`${kept},`, `${kept};`];
    if (/(?:"""|''')/.test(prefix)) yield* longQuotes(kept, prefix);
    const rest = STRAY_END.exec(fill.slice(end))?.[0];
    if (quote !== undefined && !kept.includes(quote))
      yield* [`${kept}${quote}`, ...(rest === undefined ? [] : [kept + rest.replace(/["'`]/, quote)])];
  }
}

/** With the head of a function that is missing before its arrow, or before the brace behind an operator. */
function withHeads(fill: string): string {
  return fill.replaceAll(/([=,(]\s*)=>/g, '$1() =>').replace(/([=(,:]\s*)\{(\s*)$/, '$1function () {$2');
}

/** With marks that stand twice written once. */
function withMarksOnce(fill: string): string {
  return fill.replaceAll(/([!?,;:])\1/g, '$1');
}

/** With the brackets opened that the text behind closes around what the fill leaves open, nearest to its end first. */
function withOpeners(fill: string, prefix: string, suffix: string): string[] {
  const openers = OPENERS.find((opened) => {
    const between = bracketsBetween(prefix + opened + fill, suffix);
    return between.openers + between.closers === '';
  });
  if (openers === undefined) return [];
  const starts = [...endsWithin(fill), 0].filter((at) => !/[\w$]/.test(fill.charAt(at - 1)));
  return starts
    .filter((at) => /\S/.test(fill.charAt(at)))
    .slice(0, MOST_CUTS)
    .map((at) => fill.slice(0, at) + openers + fill.slice(at));
}

/** With the end of a string of several lines, on the line or below. */
function longQuotes(kept: string, prefix: string): string[] {
  const quotes = /(?:"""|''')(?![\s\S]*(?:"""|'''))/.exec(prefix)![0];
  const indentation = /[ \t]*$/.exec(prefix)![0];
  return [kept + quotes, `${kept}\n${indentation}${quotes}`];
}

/** The quote of a string that a line leaves open, by its characters alone: a wrong guess helps nobody. */
function openQuote(prefix: string): string | undefined {
  let open: string | undefined;
  for (const [character] of prefix.slice(prefix.search(/[^\r\n]*$/)).matchAll(/\\.|["'`]/g)) {
    if (open === undefined && character.length === 1) open = character;
    else if (open === character) open = undefined;
  }
  return open;
}

/** Blanks before text that follows on the line stay. */
function trimmed(text: string, suffix: string): string {
  return /^[^\s)\]};,]/.test(suffix) ? text : text.trimEnd();
}

function isEnough(fill: string, end: number): boolean {
  return sizeOf(fill.slice(0, end)) >= LEAST_KEPT * sizeOf(fill);
}

/** Characters that say something. */
function sizeOf(text: string): number {
  return text.replaceAll(/[\s()[\]{};,]/g, '').length;
}

/** Where a text can be cut without cutting a word, last place first, its start and end left out. */
function endsWithin(text: string): number[] {
  const tokens = [...text.matchAll(/[\p{L}\p{N}_$]+|\s+|./gsu)];
  return tokens
    .map(({ index }) => index)
    .filter((index) => index > 0)
    .reverse();
}
