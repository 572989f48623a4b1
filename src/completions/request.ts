/** A completion, and where it is to stand. */
export interface Completion {
  /** The document's text before the cursor, from its start or from far away. */
  readonly prefix: string;
  /** The document's text behind the cursor. */
  readonly suffix: string;
  /** The text that the model wrote. */
  readonly text: string;
  /** True when the user asked for it. What comes by itself has to be worth a look. */
  readonly asked: boolean;
}

/** Why nothing is left of a completion. */
export type DropReason =
  /** The model wrote nothing, or white space. */
  | 'blank'
  /** It only repeats the lines around it, or the text behind the cursor. */
  | 'repeats'
  /** The cursor is in a word, and it makes no word with the rest of it. */
  | 'inside-word'
  /** The grammar cannot read the text with any part of it. */
  | 'syntax'
  /** It is too short to be offered unasked. */
  | 'short';

/** The text that is offered: a beginning of the completion, which its blanks at line ends are not counted to. */
export interface Shown {
  readonly text: string;
  /** Only where nothing is left. */
  readonly dropped?: DropReason;
}

/** The lines around a cursor. */
export interface Place {
  readonly prefix: string;
  readonly suffix: string;
  /** The cursor's line before the cursor. */
  readonly lineStart: string;
  /** The cursor's line behind it. */
  readonly rest: string;
  /** Nothing but white space on the cursor's line: a completion may have many lines. */
  readonly lineIsBlank: boolean;
}

export function placeOf({ prefix, suffix }: Pick<Completion, 'prefix' | 'suffix'>): Place {
  const lineStart = prefix.slice(prefix.search(/[^\r\n]*$/));
  const rest = /^[^\r\n]*/.exec(suffix)![0];
  return { prefix, suffix, lineStart, rest, lineIsBlank: (lineStart + rest).trim() === '' };
}

export function linesOf(text: string): string[] {
  return text.split(/\r\n?|\n/);
}

/** The first lines of a text, as they are, without the last one's end. */
export function firstLines(text: string, count: number): string {
  const ends = [...text.matchAll(/\r\n?|\n/g)];
  return text.slice(0, ends[count - 1]?.index);
}
