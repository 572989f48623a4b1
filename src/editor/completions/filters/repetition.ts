import type { Place } from './place';

/** Copies of one thing in a row that are taken for the model going round in circles. */
const LINE_COPIES = 3;
const LONGEST_PERIOD = 8;
/** The same few characters, with a letter among them, four times in a row. */
const STUTTER = /([^\r\n]{2,40}?)\1{3,}/g;

/**
 * Ends a completion where it begins to go round in circles, and drops one that only writes the line before the cursor
 * once more.
 */
export function dropRepetition(text: string, place: Place): string {
  const once = endStutter(endLoop(text));
  return repeatsLineAbove(once, place) ? '' : once;
}

/** A run of lines that comes three times keeps its first copy. */
function endLoop(text: string): string {
  const lines = text.split('\n');
  for (let start = 0; start < lines.length; start++) {
    for (let period = 1; period <= LONGEST_PERIOD; period++) {
      if (loops(lines, start, period)) return lines.slice(0, start + period).join('\n');
    }
  }
  return text;
}

function loops(lines: readonly string[], start: number, period: number): boolean {
  const copies = lines.slice(start, start + LINE_COPIES * period);
  return (
    copies.length === LINE_COPIES * period &&
    copies.some((line) => /\w/.test(line)) &&
    copies.every((line, i) => line.trim() === copies[i % period]!.trim())
  );
}

function endStutter(text: string): string {
  for (const { 0: whole, 1: unit, index } of text.matchAll(STUTTER)) {
    if (/\p{L}/u.test(whole)) return text.slice(0, index + unit!.length);
  }
  return text;
}

/** The line with the completion's first line in it, or the whole completion, stands right above already. */
function repeatsLineAbove(text: string, { prefix, suffix, lineIsBlank }: Place): boolean {
  const before = prefix.split(/\r?\n/);
  const lineStart = before.pop()!;
  const above = before.map((line) => line.trim()).filter((line) => line !== '');
  const rest = suffix.split(/\r?\n/, 1)[0]!;
  const lines = lineIsBlank ? text.split(/\r?\n/) : [lineStart + text + rest];
  const own = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (own.length === 0 || !own.some((line) => /\w/.test(line))) return false;
  return own.every((line, i) => line === above[above.length - own.length + i]);
}
