import type { CellView } from '../../engine/index';

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
  const end = text.search(/\r\n?|\n/);
  const line = text.slice(0, Math.max(0, end));
  // A character whose bytes are spread over tokens is whole only in the step's text.
  return end < 0 || line.includes('\ufffd') ? undefined : line;
}
