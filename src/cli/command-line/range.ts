/** A place in a text file as an editor counts: from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** From `start` up to but not including `end`; empty where both are the same. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/**
 * Reads `12:5-14:1`.
 *
 * @throws RangeError saying what a range looks like
 */
export function parseRange(text: string): Range {
  const numbers = /^(\d{1,9}):(\d{1,9})-(\d{1,9}):(\d{1,9})$/.exec(text)?.slice(1).map(Number);
  if (!numbers) {
    throw new RangeError(
      'A range is LINE:COLUMN-LINE:COLUMN, counted from 1 and without its end, as in 12:5-14:1.',
    );
  }
  if (numbers.includes(0)) throw new RangeError('Lines and columns are counted from 1.');
  const [startLine, startColumn, endLine, endColumn] = numbers as [number, number, number, number];
  const range = {
    start: { line: startLine, column: startColumn },
    end: { line: endLine, column: endColumn },
  };
  if (comparePositions(range.start, range.end) > 0)
    throw new RangeError('The range ends before it starts. Give the earlier position first.');
  return range;
}

export function formatRange({ start, end }: Range): string {
  return `${start.line}:${start.column}-${end.line}:${end.column}`;
}

/** Negative, zero or positive, as `a` lies before, at or after `b`. */
export function comparePositions(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column;
}
