const LINES = 8;

/** What a text declares from a line on: up to its last line or a blank one, so many characters at most, in whole lines. */
export function declarationAt(text: string, first: number, last: number, most: number): string {
  const lines = text.split(/\r?\n/).slice(first, Math.max(first + LINES, Math.min(last + 1, first + LINES)));
  const blank = lines.findIndex((line, i) => i > 0 && line.trim() === '');
  let kept = '';
  for (const line of lines.slice(0, blank < 0 ? undefined : blank)) {
    if (kept.length + line.length > most) break;
    kept += `${line}\n`;
  }
  return kept.trimEnd();
}
