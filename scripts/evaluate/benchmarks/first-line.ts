/**
 * Exact match as the scripts of SantaCoder-FIM's other figures have it: of a fill that begins with a line break the line
 * behind it counts, else the first line; blanks at its ends do not.
 */
export function isFirstLineExact(fill: string, middle: string): boolean {
  return firstLine(fill) === middle.trim();
}

function firstLine(fill: string): string {
  const lines = fill.replaceAll('\r\n', '\n').split('\n');
  return (lines[0] === '' && lines.length > 1 ? lines[1]! : lines[0]!).trim();
}
