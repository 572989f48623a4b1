/** Lines of a text, counted from 0, both inclusive. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The run of lines around one that are indented as far as it or further, blank lines between them included.
 *
 * @returns undefined on a blank line
 */
export function indentedBlock(lines: readonly string[], line: number): LineRange | undefined {
  const indentation = indentationOf(lines[line]!);
  if (indentation === undefined) return undefined;
  const belongs = (i: number): boolean => {
    const own = i < 0 || i >= lines.length ? -1 : (indentationOf(lines[i]!) ?? Infinity);
    return own >= indentation;
  };
  let first = line;
  while (belongs(first - 1)) first--;
  let last = line;
  while (belongs(last + 1)) last++;
  while (indentationOf(lines[first]!) === undefined) first++;
  while (indentationOf(lines[last]!) === undefined) last--;
  return { first, last };
}

/**
 * The body of a function that begins on the first line: the lines indented further than it, which leaves out its name,
 * its parameters (up to the line that ends them) and what closes it.
 *
 * @returns undefined where there is no such line
 */
export function bodyOf(lines: readonly string[]): LineRange | undefined {
  const own = indentationOf(lines[0] ?? '');
  if (own === undefined) return undefined;
  const header = lines.findIndex((line) => /(?:[{:]|=>|\bdo|\bthen)\s*(?:(?:\/\/|#).*)?$/.test(line));
  if (header < 0) return undefined;
  const inside = lines
    .map((line, i) => ({ i, indentation: indentationOf(line) }))
    .filter(({ i, indentation }) => i > header && indentation !== undefined && indentation > own);
  return inside.length === 0 ? undefined : { first: inside[0]!.i, last: inside.at(-1)!.i };
}

const HEAD = /^\s*(?:[\w@]+\s+)*(?:def|func|function|fn|fun|sub|proc)\b/;

/**
 * The body of the function that a line is in, by words and indentation alone: where no grammar reads the text.
 *
 * @returns undefined where there is none
 */
export function functionByIndentation(lines: readonly string[], line: number): LineRange | undefined {
  // Decorators stand in front of the head.
  const next = lines.findIndex((text, i) => i >= line && HEAD.test(text));
  const blank = lines.slice(0, line).findLastIndex((text) => text.trim() === '');
  const isBefore = next >= 0 && lines.slice(blank + 1, next).some((text) => /^\s*@/.test(text));
  for (let head = isBefore ? next : line; head >= 0; head--) {
    if (!HEAD.test(lines[head]!)) continue;
    const own = indentationOf(lines[head]!)!;
    const body = bodyOf(lines.slice(head, head + 1 + blockBelow(lines.slice(head + 1), own)));
    if (body && (isBefore || line <= head + body.last))
      return { first: head + body.first, last: head + body.last };
  }
  return undefined;
}

/** How many lines belong to a head that is indented so far: up to one that is indented no further and closes nothing. */
function blockBelow(lines: readonly string[], own: number): number {
  const end = lines.findIndex((text) => {
    const indentation = indentationOf(text);
    return indentation !== undefined && indentation <= own && !/^\s*(?:[)\]}]|\{$)/.test(text);
  });
  return end < 0 ? lines.length : end;
}

/** Columns of white space that a line begins with, a tab for one; undefined on a blank line. */
function indentationOf(line: string): number | undefined {
  const column = line.search(/\S/);
  return column < 0 ? undefined : column;
}
