/**
 * A table in Markdown.
 *
 * @param head a title for each column
 * @param rows cells by column
 * @param firstNumber the columns from here on are aligned to the right; absent: none
 */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  firstNumber = head.length,
): string {
  const rule = head.map((_, column) => (column < firstNumber ? '---' : '---:'));
  return [line(head), `|${rule.join('|')}|`, ...rows.map(line)].join('\n');
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}
