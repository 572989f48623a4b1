import type { CommentLines } from '../../syntax/comments';

/** A place for a body that is still to be written, and what has to stand around it so that it is on lines of its own. */
export interface BodyPlace {
  readonly line: number;
  readonly character: number;
  /** Goes in front: the line break and indentation that are missing. */
  readonly before: string;
  /** Goes behind. */
  readonly after: string;
}

const OPENER = /(?:[{([:]|=>|\bdo|\bthen)\s*$/;
const CLOSER = /^\s*(?:[})\]]|end\b|<\/)/;
const EMPTY_BRACES = /\{\s*\}(?=[^{}]*$)/;

/**
 * Where the comment at or above a line, or the empty body there, asks for text.
 *
 * @param lines of the document
 * @param line where the cursor is
 * @param unit one level of indentation
 * @param known of the text by its grammar
 * @returns undefined where there is neither
 */
export function emptyBodyAt(
  lines: readonly string[],
  line: number,
  unit: string,
  known: KnownByGrammar,
): BodyPlace | undefined {
  const comment = known.commentOn(line);
  if (comment) return belowComment(lines, comment, unit, known);
  if (lines[line]!.trim() === '') return onBlankLine(lines, line, unit, known);
  return insideHeader(lines, known.headEndsOn(line) ?? line, unit, known);
}

/** What a grammar knows of lines, from 0. */
export interface KnownByGrammar {
  /** The comment or docstring that a line is part of. */
  readonly commentOn: (line: number) => CommentLines | undefined;
  /** The line on which the head of a function ends that begins on a line. */
  readonly headEndsOn: (line: number) => number | undefined;
}

function onBlankLine(
  lines: readonly string[],
  line: number,
  unit: string,
  known: KnownByGrammar,
): BodyPlace | undefined {
  const above = lines.slice(0, line).findLastIndex((text) => text.trim() !== '');
  if (above < 0) return undefined;
  const comment = known.commentOn(above);
  if (!comment && !OPENER.test(lines[above]!)) return undefined;
  // The lines of a block comment are indented by one column more than its first.
  const wanted = indentationOf(lines[comment?.first ?? above]!) + (comment ? '' : unit);
  const present = lines[line]!;
  const before = wanted.startsWith(present) ? wanted.slice(present.length) : '';
  return { line, character: present.length, before, after: '' };
}

function belowComment(
  lines: readonly string[],
  { first, last }: CommentLines,
  unit: string,
  known: KnownByGrammar,
): BodyPlace | undefined {
  const next = lines[last + 1];
  // A comment that describes a function asks for the function's body.
  const body =
    next === undefined || next.trim() === ''
      ? undefined
      : insideHeader(lines, known.headEndsOn(last + 1) ?? last + 1, unit, known);
  if (body) return body;
  if (next?.trim() === '') return onBlankLine(lines, last + 1, unit, known);
  const character = lines[last]!.length;
  return { line: last, character, before: `\n${indentationOf(lines[first]!)}`, after: '' };
}

function insideHeader(
  lines: readonly string[],
  line: number,
  unit: string,
  known: KnownByGrammar,
): BodyPlace | undefined {
  const text = lines[line]!;
  const indentation = indentationOf(text);
  const braces = EMPTY_BRACES.exec(text);
  if (braces) {
    const before = `\n${indentation}${unit}`;
    return { line, character: braces.index + 1, before, after: `\n${indentation}` };
  }
  const opensBelow =
    /^\s*\{\s*$/.test(lines[line + 1] ?? '') && indentationOf(lines[line + 1]!) === indentation;
  if (opensBelow && !/[;,]\s*$/.test(text)) return insideHeader(lines, line + 1, unit, known);
  if (!OPENER.test(text) && !endsBelow(lines, line)) return undefined;
  const next = lines.slice(line + 1).findIndex((other) => other.trim() !== '');
  const following = next < 0 ? undefined : lines[line + 1 + next]!;
  const isEmpty =
    following === undefined ||
    (indentationOf(following).length <= indentation.length && (CLOSER.test(following) || /:\s*$/.test(text)));
  if (!isEmpty) return undefined;
  if (next !== 0 && lines[line + 1] !== undefined) return onBlankLine(lines, line + 1, unit, known);
  return { line, character: text.trimEnd().length, before: `\n${indentation}${unit}`, after: '' };
}

/** True when the next line that is not blank is the `end` of the block that a line begins, as in Ruby and Lua. */
function endsBelow(lines: readonly string[], line: number): boolean {
  const next = lines.slice(line + 1).find((other) => other.trim() !== '');
  return next !== undefined && /^\s*end\b/.test(next) && indentationOf(next) === indentationOf(lines[line]!);
}

function indentationOf(line: string): string {
  return /^\s*/.exec(line)![0];
}
