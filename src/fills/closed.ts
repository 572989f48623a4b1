import { bracketsBetween, breaksBeforeClosers } from '../syntax/endings';

/** So many brackets of the text around are closed. */
const MOST_MISSING = 3;
const BLANK_LINE = /(?:^|[\r\n])[ \t]*$/;

/**
 * Closes what a fill and the text before it leave open and the text behind does not close: as a block is, each brace on a
 * line of its own, then all at once.
 *
 * @param mark `,` or `;` that stood behind the fill, or nothing
 */
export function* closed(fill: string, mark: string, prefix: string, suffix: string): Generator<string> {
  const missing = bracketsBetween(prefix + fill, suffix).closers;
  if (missing === '' || missing.length > MOST_MISSING) return;
  const breaks = breaksBeforeClosers(prefix + fill);
  const below = missing.split('').reduce((text, closer, i) => {
    const end = breaks[i]!;
    return (end === '' ? text : text.trimEnd()) + end + closer;
  }, fill);
  for (const text of [below, fill + missing]) yield* [text + mark, text, `${text};`];
  if (/^[)\]}]/.test(fill) && BLANK_LINE.test(prefix)) yield* closedInFront(fill, missing, prefix);
}

/** Where a fill begins by closing something, what is missing may belong in front of it. */
function closedInFront(fill: string, missing: string, prefix: string): string[] {
  const breaks = breaksBeforeClosers(prefix);
  const lines = missing.split('').map((closer, i) => closer + (breaks[i + 1] ?? '\n'));
  return [lines.join('') + fill];
}
