/** A thing that the user has changed: characters [start, end) of the text as it is now, and what stood there. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly before: string;
  /** It was a proposal: nothing more follows from it than from the edit that called for it. */
  readonly isAccepted?: boolean;
}

/** The rules that propose something; `repeated` is the one that asks for two equal edits. */
export type RuleName =
  | 'rename'
  | 'type'
  | 'string'
  | 'parallel lines'
  | 'arguments'
  | 'branches'
  | 'repeated';

/** A replacement of characters [start, end) of the text as it is now. */
export interface Proposal {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly rule: RuleName;
}

const WORD = /[\p{L}\p{N}_$]/u;
const OPERATOR = /[<>=!&|?+*/%^-]/;
const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}

/** True for two characters of one word, or of one operator. */
function isJoined(left: string | undefined, right: string | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  return (WORD.test(left) && WORD.test(right)) || (OPERATOR.test(left) && OPERATOR.test(right));
}

export function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && WORD.test(character);
}

/** The edit without what is alike at both ends of before and after, then widened to whole words. */
export function inWords(text: string, edit: Edit): Edit {
  const { start, end, before } = edit;
  const after = text.slice(start, end);
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  let from = start + head;
  let to = end - tail;
  let old = before.slice(head, before.length - tail);
  // A cut within a word takes the rest of the word along, whichever of the two texts goes on with it.
  const first = (): (string | undefined)[] => [text[from], old[0] ?? text[to]];
  while (first().some((character) => isJoined(text[from - 1], character))) old = text[--from]! + old;
  const last = (): (string | undefined)[] => [text[to - 1], old.at(-1) ?? text[from - 1]];
  while (last().some((character) => isJoined(character, text[to]))) old += text[to++]!;
  return { ...edit, start: from, end: to, before: old };
}
