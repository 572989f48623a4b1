import { treeAround } from '../syntax/embedded';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { isKnownAt, lackingArguments, type OpenPlace } from './arguments';
import { inWords, type Edit, type Proposal } from './edit';

/** The text around a place, as the model reads it. */
export interface AroundPlace {
  readonly prefix: string;
  readonly suffix: string;
}

/** A model that judges texts; it knows the file's path by itself. */
export interface JudgingModel {
  /** The probability of the least probable token of a text between the two, all of the text masked. */
  readonly leastProbability: (around: AroundPlace, text: string, signal: AbortSignal) => Promise<number>;
  /** False when it has taken so long that it is asked about no other place. */
  readonly hasTime: () => boolean;
}

/** Characters of the file that the model reads before and behind a place: a sixth of its window, for speed. */
const READ_BEFORE = 450;
const READ_BEHIND = 200;
/** Characters before and behind a changed signature that stand in front where it is farther away. */
const SIGNATURE = 120;
/** Places that the model is asked about after one edit, and names that it judges for each. */
const MOST_PLACES = 12;
const MOST_NAMES = 8;
/** A name is proposed from this probability of its least probable token on. Tuned on the valid packages. */
export const LEAST_PROBABILITY = 0.4;

/** A name, or one reached by dots from another, wherever it begins. */
const CHAIN =
  /(?<![\p{L}\p{N}_$.])(?:(?:this|self)\.#?)?[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*/gu;

/**
 * What the last edit calls for that no rule knows, as a model judges it: the argument of a parameter that was added. Which
 * names it may be the tree knows; the model says which of them it would write itself. Place by place: the caller takes as
 * many as it shows.
 *
 * @param tree of the text as it is now
 * @param edits oldest first
 * @param known places that the rules propose something for
 */
export async function* judgedProposals(
  tree: SyntaxTree,
  edits: readonly Edit[],
  known: readonly Proposal[],
  model: JudgingModel,
  signal: AbortSignal,
): AsyncGenerator<Proposal, void, undefined> {
  const last = edits.findLast(({ isAccepted }) => !isAccepted);
  if (!last) return;
  const edit = inWords(tree.text, last);
  const after = tree.text.slice(edit.start, edit.end);
  using own = await treeAround(tree, edit);
  const lacking = await lackingArguments({ tree: own, edit, after, done: [edit] });
  if (!lacking) return;
  const likeIt = namesLike(own.text, lacking.name);
  const places = lacking.places.filter(({ at }) => !known.some(({ start }) => start === at));
  let asked = 0;
  for (const place of places) {
    const names = namesAt(own, likeIt, place.at);
    if (names.length === 0) continue;
    if (asked === MOST_PLACES || (asked > 0 && !model.hasTime())) return;
    asked++;
    const around = aroundPlace(tree.text, edit, place);
    let best = { name: '', probability: 0 };
    for (const name of names) {
      const probability = await model.leastProbability(around, name, signal);
      if (probability > best.probability) best = { name, probability };
    }
    if (best.probability < LEAST_PROBABILITY) continue;
    const { at, head, tail } = place;
    yield { start: at, end: at, text: head + best.name + tail, rule: 'arguments' };
  }
}

interface WrittenName {
  readonly name: string;
  readonly start: number;
}

/**
 * Every place at which something is called as a parameter is: what ends in the same word. A small model is as sure of other
 * names that stand near, of which it was wrong more often than right.
 */
function namesLike(text: string, parameter: string): WrittenName[] {
  const word = lastWord(parameter);
  return [...text.matchAll(CHAIN)].flatMap(({ 0: chain, index }) => {
    const parts = chain.split('.');
    return parts
      .map((_, i) => parts.slice(0, i + 1).join('.'))
      .filter((name) => !isOwner(name) && lastWord(name) === word)
      .map((name) => ({ name, start: index }));
  });
}

/** Those that are known at a place, each once, the nearest first. */
function namesAt(tree: SyntaxTree, written: readonly WrittenName[], at: number): string[] {
  const nearest = written.toSorted((a, b) => Math.abs(a.start - at) - Math.abs(b.start - at));
  const names = [...new Set(nearest.map(({ name }) => name))];
  return names.filter((name) => isKnown(tree, name, at)).slice(0, MOST_NAMES);
}

function isKnown(tree: SyntaxTree, name: string, at: number): boolean {
  const [root = ''] = name.split('.');
  return isOwner(root) || isKnownAt(tree, root, { startIndex: at, endIndex: at });
}

function isOwner(name: string): boolean {
  return name === 'this' || name === 'self';
}

/** The text around a place, with the changed signature in front where it would be out of sight. */
function aroundPlace(text: string, edit: Edit, { at, head, tail }: OpenPlace): AroundPlace {
  const from = Math.max(0, at - READ_BEFORE);
  const to = Math.min(text.length, at + READ_BEHIND);
  const near = text.slice(from, at) + head;
  const suffix = tail + text.slice(at, to);
  if (edit.start >= from && edit.end <= to) return { prefix: near, suffix };
  const line = text.lastIndexOf('\n', edit.start) + 1;
  const signature = text.slice(Math.max(line, edit.start - SIGNATURE), edit.end + SIGNATURE);
  const whole = signature.slice(0, signature.lastIndexOf('\n') + 1) || `${signature}\n`;
  return { prefix: `${whole}\n${near}`, suffix };
}

/** `mediaWidth`, `media_width` → `width`. */
function lastWord(name: string): string {
  return (/(?:\p{Lu}+|\p{Lu}?[^\p{Lu}_.#]+)[_$\d]*$/u.exec(name)?.[0] ?? name).toLowerCase();
}
