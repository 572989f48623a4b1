import { readFile } from 'node:fs/promises';
import { isInsideCharacter, textAroundHoles } from '../../engine/index';
import { filledPart } from '../../fills/filled-part';
import { CliError } from './failures';
import { comparePositions, formatRange, type Position, type Range } from './range';

/** A text file as an editor sees it. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
  /** Offset of each line's start; `\n`, `\r\n` and `\r` end a line. */
  readonly lineStarts: readonly number[];
}

/** A file cut for a fill request: `texts.length === holes.length + 1`. */
export interface CutText {
  /** Prefix, texts between the holes, suffix. */
  readonly texts: readonly string[];
  /** The text each hole covers. */
  readonly holes: readonly string[];
}

/** @throws CliError when there is no such file or it is not UTF-8 text */
export async function readTextFile(path: string): Promise<TextFile> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new CliError(`Cannot read ${path}: ${reasonOf(error as NodeJS.ErrnoException)}`);
  }
  if (bytes.includes(0))
    throw new CliError(
      `${path} is a binary file (it has zero bytes). Only UTF-8 text can be filled: choose another file.`,
    );
  try {
    return textFile(path, new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const notUtf8 = code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    throw new CliError(
      notUtf8
        ? `${path} is not UTF-8 text. Save it as UTF-8 first.`
        : `Cannot read ${path}: ${message}. Cut it into smaller files.`,
    );
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no such file. Check the path.';
    case 'EISDIR':
      return 'it is a folder. Name a file in it.';
    case 'EACCES':
      return 'you may not read it. Change its permissions, or choose another file.';
    default:
      return `${message}. Check the path.`;
  }
}

export function textFile(path: string, text: string): TextFile {
  const ends = Array.from(text.matchAll(/\r\n|\n|\r/g), (match) => match.index + match[0].length);
  return { path, text, lineStarts: [0, ...ends] };
}

/**
 * Offset of a position in the text.
 *
 * @throws CliError with the file's or the line's real size when the position is outside
 */
export function offsetOf({ path, text, lineStarts }: TextFile, { line, column }: Position): number {
  const start = lineStarts[line - 1];
  if (start === undefined) {
    throw new CliError(
      `There is no line ${line}: ${path} has ${counted(lineStarts.length, 'line')}. Give a range inside it.`,
    );
  }
  const length = text.slice(start, lineStarts[line]).replace(/[\r\n]+$/, '').length;
  if (column > length + 1) {
    throw new CliError(
      `There is no column ${column} in line ${line}: it has ${counted(length, 'column')}, so ${length + 1} is its end. Give a column up to it.`,
    );
  }
  const offset = start + column - 1;
  if (column > 1 && isInsideCharacter(text, offset)) {
    throw new CliError(
      `Column ${column} of line ${line} is inside a character of two UTF-16 units. Give column ${column - 1} or ${column + 1}.`,
    );
  }
  return offset;
}

/**
 * Cuts a file at the ranges, which are given in the text's order; of whole lines what keeps them apart stays.
 *
 * @throws CliError when one is outside the text or two overlap
 */
export function cutText(file: TextFile, ranges: readonly Range[]): CutText {
  const holes = ranges.map((range, i) => {
    const start = offsetOf(file, range.start);
    if (i > 0 && comparePositions(range.start, ranges[i - 1]!.end) <= 0) {
      throw new CliError(
        `The ranges ${formatRange(ranges[i - 1]!)} and ${formatRange(range)} overlap or touch. Give one range instead.`,
      );
    }
    return filledPart(file.text, { start, end: offsetOf(file, range.end) });
  });
  const { prefix, between, suffix } = textAroundHoles(file.text, holes);
  return {
    texts: [prefix, ...between, suffix],
    holes: holes.map(({ start, end }) => file.text.slice(start, end)),
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
