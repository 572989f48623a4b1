const LINES = 8;

/** Cuts a declaration out of a text: from its first line to its last or a blank one, in whole lines, up to a size. */
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
