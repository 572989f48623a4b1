import { treeAround } from '../syntax/embedded';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { isKnownAt, lackingArguments, type OpenPlace } from './arguments';
import { inWords, type Edit, type Proposal } from './edit';

/** The text around a place, as the model reads it. */
export interface AroundPlace {
  readonly prefix: string;
  readonly suffix: string;
}

/** A model that fills holes; it knows the file's path by itself. */
export interface FillingModel {
  /** The likeliest text between the two; undefined where there is none. */
  readonly fill: (around: AroundPlace, signal: AbortSignal) => Promise<string | undefined>;
  /** The probability of the least probable token of a text between the two, each masked alone. */
  readonly leastProbability: (around: AroundPlace, text: string, signal: AbortSignal) => Promise<number>;
}

/** Characters of the file that the model reads before and behind a place: a third of its window, for speed. */
const READ_BEFORE = 700;
const READ_BEHIND = 350;
/** Characters of a changed signature that stand in front where it is farther away. */
const SIGNATURE = 600;
/** Longer fills are no arguments that a small model knows. */
export const MOST_FILLED_TOKENS = 16;
/** Places that the model is asked about after one edit. */
const MOST_PLACES = 12;
/** A fill is proposed from this probability of its least probable token on. Tuned on the valid packages. */
export const LEAST_PROBABILITY = 0.4;

/** A name, or one reached by dots from another. */
const CHAIN = /^(?:(?:this|self)\.#?)?[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*$/u;

/**
 * What the last edit calls for that no rule knows, as a model fills it in: the argument of a parameter that was added.
 * One by one, surest places not first: the caller takes as many as it shows.
 *
 * @param tree of the text as it is now
 * @param edits oldest first
 * @param known places that the rules propose something for
 */
export async function* filledProposals(
  tree: SyntaxTree,
  edits: readonly Edit[],
  known: readonly Proposal[],
  model: FillingModel,
  signal: AbortSignal,
): AsyncGenerator<Proposal, void, undefined> {
  const last = edits.findLast(({ isAccepted }) => !isAccepted);
  if (!last) return;
  const edit = inWords(tree.text, last);
  const after = tree.text.slice(edit.start, edit.end);
  using own = await treeAround(tree, edit);
  const lacking = await lackingArguments({ tree: own, edit, after, done: [edit] });
  if (!lacking) return;
  const places = lacking.places.filter(({ at }) => !known.some(({ start }) => start === at));
  for (const place of places.slice(0, MOST_PLACES)) {
    const around = aroundPlace(tree.text, edit, place);
    const text = (await model.fill(around, signal))?.trim();
    if (text === undefined || !isPlausible(own, lacking.name, text, place)) continue;
    if ((await model.leastProbability(around, text, signal)) < LEAST_PROBABILITY) continue;
    const { at, head, tail } = place;
    yield { start: at, end: at, text: head + text + tail, rule: 'arguments' };
  }
}

/** The text around a place, with the changed signature in front where it would be out of sight. */
function aroundPlace(text: string, edit: Edit, { at, head, tail }: OpenPlace): AroundPlace {
  const from = Math.max(0, at - READ_BEFORE);
  const to = Math.min(text.length, at + READ_BEHIND);
  const near = text.slice(from, at) + head;
  const suffix = tail + text.slice(at, to);
  if (edit.start >= from && edit.end <= to) return { prefix: near, suffix };
  const signature = text.slice(Math.max(0, edit.start - SIGNATURE / 3), edit.end + SIGNATURE);
  const whole = signature.slice(0, signature.lastIndexOf('\n') + 1) || `${signature}\n`;
  return { prefix: `${whole}\n${near}`, suffix };
}

/**
 * True for what is called as the parameter is and is known where it is passed. A small model is as sure of other names that
 * stand near, of which it was wrong more often than right.
 */
function isPlausible(tree: SyntaxTree, parameter: string, text: string, { at }: OpenPlace): boolean {
  if (!CHAIN.test(text)) return false;
  const [root = ''] = text.split('.');
  const isOwn = root === 'this' || root === 'self';
  const isKnown = isOwn || isKnownAt(tree, root, { startIndex: at, endIndex: at });
  return isKnown && lastWord(text) === lastWord(parameter);
}

/** `mediaWidth`, `media_width` → `width`. */
function lastWord(name: string): string {
  return (/(?:\p{Lu}+|\p{Lu}?[^\p{Lu}_.#]+)[_$\d]*$/u.exec(name)?.[0] ?? name).toLowerCase();
}
