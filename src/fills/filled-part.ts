import type { CharacterRange } from '../engine/index';

/** The part of a selection that is filled: of whole lines neither the first indentation nor the last line break. */
export function filledPart(text: string, { start, end }: CharacterRange): CharacterRange {
  const lineStart = Math.max(text.lastIndexOf('\n', start - 1), text.lastIndexOf('\r', start - 1)) + 1;
  if (start === end || text.slice(lineStart, start).trim() !== '') return { start, end };
  const selected = text.slice(start, end);
  const { length } = /(?:\r\n?|\n)?$/.exec(selected)![0];
  const isWholeLines = length > 0 || end === text.length || /[\r\n]/.test(text.charAt(end));
  if (!isWholeLines) return { start, end };
  const indentation = /^[ \t]*/.exec(selected)![0];
  return { start: start + indentation.length, end: end - length };
}

/**
 * A fill as it is put in: without a line break, semicolon or comma at its end where the text behind it begins with one, or
 * with that and the quote or brackets before it, and without blanks at its start that would indent the line to where no line of the text is.
 */
export function asPutIn(fill: string, prefix: string, suffix: string): string {
  // Between the two characters of a line break nothing has its place.
  if (prefix.endsWith('\r') && suffix.startsWith('\n')) return '';
  const once = withoutLastMark(withoutLastBreak(fill, suffix), suffix);
  return withoutStrayIndentation(once, prefix, suffix);
}

function withoutLastBreak(fill: string, suffix: string): string {
  return /^\r?\n|^\r/.test(suffix) ? fill.replace(/(?:[ \t]*[\r\n]+[ \t]*)+$/, '') : fill;
}

/** The mark may have what closes a string or brackets before it. */
function withoutLastMark(fill: string, suffix: string): string {
  const marks = /[)\]}"'`]*[;,]$/.exec(fill)?.[0] ?? '';
  const ends = Array.from(marks, (_, start) => marks.slice(start));
  const twice = ends.find((end) => end !== fill && suffix.startsWith(end));
  return twice === undefined ? fill : fill.slice(0, fill.length - twice.length);
}

/** Where the cursor's line is indented already, a few blanks more are only right if they make it a level deeper. */
function withoutStrayIndentation(fill: string, prefix: string, suffix: string): string {
  const own = /(?:^|[\r\n])( +)$/.exec(prefix)?.[1]?.length;
  const more = /^ +(?=\S)/.exec(fill)?.[0].length;
  if (own === undefined || more === undefined) return fill;
  const unit = indentationUnit(prefix, suffix);
  return own % unit === 0 && (own + more) % unit !== 0 ? fill.slice(more) : fill;
}

/** Blanks of one level: the least by which a line of the text is indented deeper than the one before it. */
function indentationUnit(prefix: string, suffix: string): number {
  const depths = [...`${prefix}${suffix}`.matchAll(/^( *)\S/gm)].map(([, blanks]) => blanks!.length);
  const steps = depths.map((depth, i) => depth - (depths[i - 1] ?? depth)).filter((step) => step > 1);
  return steps.length === 0 ? 1 : Math.min(...steps);
}
