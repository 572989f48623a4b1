import type { Place } from './place';

/**
 * Takes off the end of a fill what already stands behind the cursor: the model sees the suffix and sometimes writes
 * its beginning once more. What repeats must reach to the end of the cursor's line, or be closing brackets that the
 * fill did not open: any less may well be meant twice. On a blank line whole lines are compared.
 */
export function trimRepeatedSuffix(fill: string, { suffix, lineIsBlank }: Place): string {
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
