import { measuredPercent } from '../../../src/display/percent';
import type { Finished } from '../bundle/finish';
import type { Evaluated } from './evaluation';

/** Tells the outcome of a finished run: where the bundle is, and what training has changed on held-out files. */
export function report({ options, result, init }: Finished, { before, after }: Evaluated): string {
  const number = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(3));
  const rows: readonly (readonly [string, string, string])[] = [
    ['bits per byte', number(result.before?.bitsPerByte), number(result.validation?.bitsPerByte)],
    ['loss', number(result.before?.validationLoss), number(result.validation?.validationLoss)],
    ['exact lines, length told', measuredPercent(before?.exactMatch), measuredPercent(after?.exactMatch)],
    [
      'exact lines, length unknown',
      measuredPercent(before?.exactMatchUnknownLength),
      measuredPercent(after?.exactMatchUnknownLength),
    ],
  ];
  const line = (name: string, a: string, b: string): string =>
    `  ${name.padEnd(28)}${a.padStart(10)}${b.padStart(10)}`;
  const lines = after === undefined ? '' : ` (${after.tasks} lines)`;
  return [
    `The bundle is in ${options.out}. Held-out files${lines}:`,
    line('', init ? 'before' : 'untrained', 'now'),
    ...rows.map(([name, a, b]) => line(name, a, b)),
  ].join('\n');
}
