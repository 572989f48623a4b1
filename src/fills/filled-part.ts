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

/** A fill as it is put in: without a line break at its end where the text behind it begins with one. */
export function withoutLastBreak(fill: string, suffix: string): string {
  return /^\r?\n|^\r/.test(suffix) ? fill.replace(/(?:[ \t]*[\r\n]+[ \t]*)+$/, '') : fill;
}
