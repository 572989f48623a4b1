import { treeAround } from '../syntax/embedded';
import { namesIn } from '../syntax/names';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { breaksLetter, isInsideWord, wordWithRest } from './inside-word';
import { cutToReadable } from './readable';
import { endLoops, onlyRepeats, trimLinesBelow } from './repetition';
import { linesOf, placeOf, type Completion, type DropReason, type Place, type Shown } from './request';
import { trimStandsBehind } from './stands-behind';

/** A text that is offered unasked has as many characters besides brackets and marks that close. */
export const LEAST_CHARACTERS = 2;

/**
 * The part of a completion that is offered: a beginning of it, or nothing. Takes away only what repeats, what stands
 * behind the cursor already, and what makes the tree worse.
 *
 * @param tree of `prefix + suffix`; without one nothing is guessed of brackets, strings and comments
 * @param leastCharacters of a completion that was not asked for, besides closers
 */
export async function completionToShow(
  completion: Completion,
  tree: SyntaxTree | undefined,
  leastCharacters = LEAST_CHARACTERS,
): Promise<Shown> {
  const at = completion.prefix.length;
  using inner = tree && (await treeAround(tree, { start: at, end: at }, [completion.text]));
  return await shownBy(completion, inner, leastCharacters);
}

async function shownBy(
  { prefix, suffix, text, asked }: Completion,
  tree: SyntaxTree | undefined,
  leastCharacters: number,
): Promise<Shown> {
  const place = placeOf({ prefix, suffix });
  const written = place.lineIsBlank ? text : linesOf(text)[0]!;
  if (written.trim() === '') return nothing('blank');
  if ((!asked && isInsideWord(place)) || breaksLetter(written, prefix)) return nothing('inside-word');
  const once = trimLinesBelow(endLoops(written), place);
  if (onlyRepeats(once, place)) return nothing('repeats');
  const words = isInsideWord(place) ? once : await trimStandsBehind(once, place, tree);
  if (words.trim() === '') return nothing('repeats');
  const names = tree && /^[\p{L}\p{N}_]/u.test(place.rest) ? namesIn(tree) : undefined;
  const word = wordWithRest(words, place, names);
  if (word.trim() === '') return nothing('inside-word');
  const readable = tree ? await cutToReadable(word, place, tree) : word;
  const shown = trimBlanks(readable, place);
  if (shown.trim() === '') return nothing('syntax');
  if (!asked && isShort(shown, leastCharacters)) return nothing('short');
  return { text: shown };
}

function nothing(dropped: DropReason): Shown {
  return { text: '', dropped };
}

/** Takes off white space at the ends of lines, and empty lines at the end; blanks before text stay. */
function trimBlanks(text: string, { rest }: Place): string {
  const lines = text.replace(/[ \t]+(?=\r?\n)/g, '');
  return /^\S/.test(rest) ? lines : lines.trimEnd();
}

/** Tells whether so few characters of a completion do more than close something. */
export function isShort(text: string, leastCharacters = LEAST_CHARACTERS): boolean {
  return text.replaceAll(/[\s)\]};,]/g, '').length < leastCharacters;
}
