import { isInsideWord, wordWithRest } from '../completions/inside-word';
import { endLoops, mayRepeat, onlyRepeats } from '../completions/repetition';
import { linesOf, placeOf } from '../completions/request';
import { damageOf } from '../syntax/damage';
import type { SyntaxTree } from '../syntax/syntax-tree';

/** Why a fill is not put in without a word. */
export type Fault =
  /** The grammar reads the text with it worse than without. */
  | 'syntax'
  /** It repeats a line more often than the lines around it are repeated. */
  | 'repeats'
  /** It makes a word that stands nowhere else of one that does, or of two. */
  | 'inside-word'
  /** The text around says next to nothing, and the model is not sure. */
  | 'too-little';

/** The holes of a whole text. */
export interface HolesOfText {
  /** The texts before, between and behind the holes: one more than there are holes. */
  readonly texts: readonly string[];
  /** The text that stood in each hole; '' where none did. */
  readonly replaced: readonly string[];
}

/** A text of so few words, an empty one or a comment, says next to nothing. */
const FEW_WORDS = 3;
/** Texts that holes are tried with, to know how well the text around them can be read at all. */
const PLACEHOLDERS = ['', 'x', 'x;', '0'];
/** A text with more damage is in a dialect that the grammar does not know. */
const MOST_DAMAGE = 3;
const WORD = /[\p{L}\p{N}_]+/gu;
const WORD_AT_END = /[\p{L}\p{N}_]+$/u;
const WORD_AT_START = /^[\p{L}\p{N}_]+/u;

/**
 * The fault of the fills of a text's holes; undefined where there is none.
 *
 * @param tree of the text as it is, or of one like it; without one nothing is known of syntax
 */
export async function faultOf(
  fills: readonly string[],
  holes: HolesOfText,
  tree: SyntaxTree | undefined,
): Promise<Fault | undefined> {
  const words = wordsOf(holes.texts);
  if (fills.some((fill, hole) => breaksWord(fill, hole, holes, words))) return 'inside-word';
  if (fills.some((fill, hole) => repeats(fill, holes.texts[hole]!, holes.texts[hole + 1]!))) return 'repeats';
  return tree && (await damages(fills, holes, tree)) ? 'syntax' : undefined;
}

/** Tells whether a text, with what stood in its holes, says next to nothing. */
export function isTooLittle({ texts, replaced }: HolesOfText): boolean {
  return (
    [...texts, ...replaced]
      .join(' ')
      .match(WORD)
      ?.slice(0, FEW_WORDS + 1).length !==
    FEW_WORDS + 1
  );
}

/** The text with fills in its holes. */
export function filledText({ texts }: Pick<HolesOfText, 'texts'>, fills: readonly string[]): string {
  return texts.map((text, i) => text + (fills[i] ?? '')).join('');
}

async function damages(fills: readonly string[], holes: HolesOfText, tree: SyntaxTree): Promise<boolean> {
  const damageWith = async (contents: readonly string[]): Promise<number> => {
    using changed = await tree.updated(filledText(holes, contents));
    return changed ? damageOf(changed) : 0;
  };
  const damage = await damageWith(fills);
  if (damage === 0) return false;
  let least = await damageWith(holes.replaced);
  for (const placeholder of PLACEHOLDERS) {
    if (least >= damage) least = Math.min(least, await damageWith(fills.map(() => placeholder)));
  }
  return damage > least && least <= MOST_DAMAGE;
}

/** The words around the holes; those that touch one may be pieces of words. */
function wordsOf(texts: readonly string[]): Set<string> {
  const whole = texts.map((text, i) => {
    const from = i > 0 ? text.replace(WORD_AT_START, '') : text;
    return i < texts.length - 1 ? from.slice(0, WORD_AT_END.exec(from)?.index) : from;
  });
  return new Set(whole.flatMap((text) => text.match(WORD) ?? []));
}

function breaksWord(
  fill: string,
  hole: number,
  { texts, replaced }: HolesOfText,
  words: ReadonlySet<string>,
): boolean {
  const place = placeOf({ prefix: texts[hole]!, suffix: texts[hole + 1]! });
  const before = replaced[hole]!;
  // Whoever selects a piece of a word wants a piece of one.
  if (before === '' && isInsideWord(place)) return wordWithRest(fill, place, words) !== fill;
  const mergesBehind = !WORD_AT_END.test(before) && wordWithRest(fill, place, words) !== fill;
  const word = WORD_AT_END.exec(place.lineStart)?.[0];
  const start = WORD_AT_START.exec(fill)?.[0];
  if (mergesBehind || word === undefined || start === undefined || WORD_AT_START.test(before))
    return mergesBehind;
  return words.has(word) && !words.has(word + start);
}

function repeats(fill: string, prefix: string, suffix: string): boolean {
  if (fill.trim() === '') return false;
  const place = placeOf({ prefix, suffix });
  if (place.lineIsBlank && onlyRepeats(fill, place)) return true;
  if (endLoops(fill) !== fill) return true;
  const above = linesOf(prefix).slice(0, -1);
  const below = linesOf(suffix).slice(1);
  const own = linesOf(place.lineStart + fill + place.rest);
  const around = Math.max(longestRun(above), longestRun(below));
  return longestRun([...above, ...own, ...below]) > Math.max(1, around);
}

/** How often a line is repeated in a row that only ends nothing, blank lines left out. */
function longestRun(lines: readonly string[]): number {
  let longest = 0;
  let run = 0;
  let last: string | undefined;
  for (const line of lines.map((one) => one.trimEnd()).filter((one) => one !== '')) {
    run = line === last && !mayRepeat(line) ? run + 1 : 1;
    longest = Math.max(longest, run);
    last = line;
  }
  return longest;
}
