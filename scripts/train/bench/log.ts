import { appendFileSync, writeFileSync, writeSync } from 'node:fs';

/** Writes each line at once to standard output and to a file: what a crash would lose in a buffer is what one needs then. */
export class Log {
  constructor(private readonly file: string | undefined) {
    if (file !== undefined) writeFileSync(file, '');
  }

  line(text = ''): void {
    writeSync(1, `${text}\n`);
    if (this.file !== undefined) appendFileSync(this.file, `${text}\n`);
  }

  /** A table whose first column is text and whose others are right-aligned. */
  table(rows: readonly (readonly string[])[]): void {
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    for (const row of rows)
      this.line(
        row
          .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
          .join('  '),
      );
  }
}
