import type { CellView } from '../engine';

/**
 * What an automatic completion keeps of a fill: on a line that has text the fill's first line, on a blank line all of
 * it, without white space at the end.
 */
export function cutToPlace(fill: string, lineIsBlank: boolean): string {
  const kept = lineIsBlank ? fill : fill.split(/\r?\n/, 1)[0]!;
  return kept.trimEnd();
}

/**
 * The first line of a hole as soon as it is known: all cells up to a committed newline are committed. The rest need not
 * be waited for.
 */
export function finishedLine(cells: readonly CellView[]): string | undefined {
  const masked = cells.findIndex((cell) => cell.masked);
  const text = cells
    .slice(0, masked < 0 ? cells.length : masked)
    .map((cell) => cell.text)
    .join('');
  const end = text.search(/\r?\n/);
  const line = text.slice(0, Math.max(0, end));
  // A character whose bytes are spread over tokens is whole only in the step's text.
  return end < 0 || line.includes('\ufffd') ? undefined : line;
}

/**
 * Takes off the end of a fill what already stands behind the cursor: the model sees the suffix and sometimes writes
 * its beginning once more. What repeats must reach to the end of the cursor's line, or be closing brackets that the
 * fill did not open: any less may well be meant twice. On a blank line whole lines are compared.
 *
 * @param suffix the document's text behind the cursor
 */
export function trimRepeatedSuffix(fill: string, suffix: string, lineIsBlank: boolean): string {
  return lineIsBlank ? trimRepeatedLines(fill, suffix) : trimRepeatedRest(fill, suffix);
}

function trimRepeatedRest(fill: string, suffix: string): string {
  const rest = suffix.split(/\r?\n/, 1)[0]!.trimEnd();
  for (let length = Math.min(fill.length, rest.length); length > 0; length--) {
    const repeated = rest.slice(0, length);
    if (!fill.endsWith(repeated)) continue;
    const before = fill.slice(0, -length);
    if (isClosing(repeated) ? !opens(before, repeated) : length === rest.length) return before;
  }
  return fill;
}

function trimRepeatedLines(fill: string, suffix: string): string {
  const next = filledLines(suffix.split(/\r?\n/));
  const lines = fill.split(/\r?\n/);
  for (let kept = 0; kept < lines.length; kept++) {
    const end = filledLines(lines.slice(kept));
    if (end.length === 0 || end.length > next.length) continue;
    if (!end.every((line, i) => line === next[i])) continue;
    const before = lines.slice(0, kept).join('\n');
    const repeated = end.join('\n');
    if (!isClosing(repeated) || !opens(before, repeated)) return before.trimEnd();
  }
  return fill;
}

function filledLines(lines: readonly string[]): string[] {
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function isClosing(text: string): boolean {
  return /[)\]}]/.test(text) && /^[\s)\]};,]+$/.test(text);
}

const BRACKETS = [
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
] as const;

/** Whether `text` has an open bracket for each closing one. */
function opens(text: string, closing: string): boolean {
  return BRACKETS.every(([opener, closer]) => {
    return count(text, opener) - count(text, closer) >= count(closing, closer);
  });
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
