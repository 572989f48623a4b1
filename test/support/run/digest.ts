import { stripVTControlCharacters } from 'node:util';
import type { Counts } from './counts';

/** A part of `npm test` that has ended. */
export interface Part {
  readonly name: string;
  readonly counts: Counts;
  readonly output: string;
}

/** Begins the line that names a test which failed and is tried again. */
export const SECOND_ATTEMPT = 'needed a second attempt: ';

/** Lines that are repeated of a part that failed and has no list of what did: lint, or one that crashed. */
const LAST_LINES = 60;

/** Mocha's list of what failed, or the end of what was printed. */
function failuresIn(output: string): string {
  const list = [...output.matchAll(/^ +\d+ failing$/gm)].at(-1);
  const lines = output.slice(list?.index ?? 0).trimEnd();
  return list ? lines : lines.split('\n').slice(-LAST_LINES).join('\n');
}

/** What somebody must see of a part who sees the end of all output alone; empty where nothing failed. */
export function digest({ name, counts, output: coloured }: Part): string {
  const output = stripVTControlCharacters(coloured);
  const again = output.split('\n').filter((line) => line.trimStart().startsWith(SECOND_ATTEMPT));
  const failures = counts.failed > 0 ? [failuresIn(output)] : [];
  const told = [...again.map((line) => line.trim()), ...failures];
  return told.length > 0 ? `\n── ${name}: ${counts.failed} failed ──\n${told.join('\n')}\n` : '';
}
