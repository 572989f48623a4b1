import { breaksLetter } from '../completions/inside-word';
import { endLoops, mayRepeat, onlyRepeats } from '../completions/repetition';
import { linesOf, placeOf } from '../completions/request';
import { damageOf } from '../syntax/damage';
import { bracketsBetween } from '../syntax/endings';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { textAt } from '../syntax/text-at';
import { filledText, type HolesOfText } from './holes-of-text';
import { breaksWord, wordsOf } from './words';

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

/** A text of so few words, an empty one or a comment, says next to nothing. */
const FEW_WORDS = 3;
/** Texts and ends of what is open, with which holes are tried to know how well the text around them can be read at all. */
const PLACEHOLDERS = [
  ...['', 'x', 'x;', '0', 'x,', ':', 'x:', '":', "':", '"""', '"""\nx = 1\n'],
  ...['', "'", '"', '`'].flatMap((quote) => [',', ')', ');', ';', ' {', ') {', ''].map((end) => quote + end)),
];
/** A text with more damage is in a dialect that the grammar does not know. */
const MOST_DAMAGE = 3;
/** What brackets that open can stand behind. */
const HEADS = ['', 'x', 'x ', 'x = ', '= ', 'x = function () ', '= function () ', '() '];
/** More brackets than these are no guess. */
const MOST_BRACKETS = 6;
const WORD = /[\p{L}\p{N}_]+/gu;

/** Tells what is wrong with the fills of a text's holes; undefined where nothing is. */
export type FaultOf = (fills: readonly string[]) => Promise<Fault | undefined>;

/**
 * Judges fills of a text's holes, of which there may be many.
 *
 * @param tree of the text as it is, or of one like it; without one nothing is known of syntax
 */
export function judgeOf(holes: HolesOfText, tree: SyntaxTree | undefined): FaultOf {
  const words = wordsOf(holes.texts);
  const damages = tree && damageJudge(holes, tree);
  const prose = holes.replaced.map((_, hole) => tree !== undefined && isProse(tree, holes, hole));
  const isBroken = (fill: string, hole: number): boolean =>
    breaksLetter(fill, holes.texts[hole]!) || (!prose[hole] && breaksWord(fill, hole, holes, words));
  return async (fills) => {
    if (fills.some(isBroken)) return 'inside-word';
    if (fills.some((fill, hole) => repeats(fill, holes.texts[hole]!, holes.texts[hole + 1]!)))
      return 'repeats';
    const isWrong = damages
      ? await damages(fills)
      : fills.some((fill, hole) => closesNothing(fill, holes.texts[hole]!));
    return isWrong ? 'syntax' : undefined;
  };
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

/** Tells if fills make the text's tree worse than the best of what stood there and of placeholders, read once. */
function damageJudge(holes: HolesOfText, tree: SyntaxTree): (fills: readonly string[]) => Promise<boolean> {
  const damageWith = async (contents: readonly string[]): Promise<number> => {
    using changed = await tree.updated(filledText(holes, contents));
    return changed ? damageOf(changed) : 0;
  };
  const contents = [
    holes.replaced,
    ...PLACEHOLDERS.map((one) => holes.replaced.map(() => one)),
    ...placeholdersThatOpen(holes),
  ];
  let least: Promise<number> | undefined;
  let leastClosed: Promise<number> | undefined;
  return async (fills) => {
    const damage = await damageWith(fills);
    if (damage === 0) return false;
    least ??= leastOf(contents, damageWith);
    if (damage > (await least) && (await least) <= MOST_DAMAGE) return true;
    if (!fills.some((fill, hole) => hasToClose(fill, hole, holes))) return false;
    leastClosed ??= leastOf(placeholdersThatClose(holes), damageWith);
    return damage > (await leastClosed) && (await leastClosed) <= MOST_DAMAGE;
  };
}

/**
 * What the text before leaves open may be what the user has not written yet; not where the text behind closes what is around
 * it, and a fill that begins to close it before other text has to do so to the end.
 */
function hasToClose(fill: string, hole: number, { texts }: HolesOfText): boolean {
  const [before, after] = [texts.slice(0, hole + 1).join(''), texts.slice(hole + 1).join('')];
  const isInText = texts[hole + 1]!.trim() !== '';
  return (isInText && bracketsBetween('', fill).openers !== '') || bracketsBetween(before, after).areCrossed;
}

/** The brackets that close what the text before a hole leaves open and the text behind does not close. */
function placeholdersThatClose({ texts, replaced }: HolesOfText): string[][] {
  return replaced.flatMap((_, hole) => {
    const [before, after] = [texts.slice(0, hole + 1).join(''), texts.slice(hole + 1).join('')];
    const { closers } = bracketsBetween(before, after);
    if (closers === '' || closers.length > MOST_BRACKETS) return [];
    const contents = ['', 'x'].flatMap((head) => ['', ';', ','].map((mark) => head + closers + mark));
    return contents.map((content) => replaced.map((_text, other) => (other === hole ? content : '')));
  });
}

/**
 * Where the text behind a hole closes what nothing opens: the brackets that do, behind several heads, and nothing in other
 * holes.
 */
function placeholdersThatOpen({ texts, replaced }: HolesOfText): string[][] {
  return replaced.flatMap((_, hole) => {
    const [before, after] = [texts.slice(0, hole + 1).join(''), texts.slice(hole + 1).join('')];
    const { openers } = bracketsBetween(before, after);
    if (openers === '' || openers.length > MOST_BRACKETS) return [];
    // What opens braces in brackets is an object, or a function.
    const opened = new Set([openers.replaceAll('({', '(() => {'), openers]);
    const contents = [...opened].flatMap((brackets) => HEADS.map((head) => head + brackets));
    return contents.map((content) => replaced.map((_text, other) => (other === hole ? content : '')));
  });
}

async function leastOf<T>(items: readonly T[], measure: (item: T) => Promise<number>): Promise<number> {
  let least = Infinity;
  for (const item of items) if (least > 0) least = Math.min(least, await measure(item));
  return least;
}

/** Tells if a fill only closes brackets, and none is open before it: of use in no language. */
function closesNothing(fill: string, prefix: string): boolean {
  return /^[\s)\]};,]*[)\]}][\s)\]};,]*$/.test(fill) && !/[([{]/.test(prefix);
}

/** Comments and text of markup; a tree of the text with something in the holes has them where they are. */
function isProse(tree: SyntaxTree, { texts, replaced }: HolesOfText, hole: number): boolean {
  const at = texts.slice(0, hole + 1).join('').length + replaced.slice(0, hole).join('').length;
  return ['comment', 'docstring', 'markup text'].includes(textAt(tree, at));
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
