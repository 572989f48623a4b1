import { markdownTable } from '../../../src/display/markdown-table';
import { mean } from '../report/mean';

/** Figures of one run. */
export interface AblationRow {
  readonly name: string;
  readonly about: string;
  readonly steps: number;
  /** Rows of the network seen in training. */
  readonly tokens: number;
  readonly parameters: number;
  /** Mean loss of the last tenth of the steps; comparable only where samples and weights are the same. */
  readonly loss: number;
  /** Of every tenth step: the run's curve. */
  readonly losses: readonly number[];
  /** Bits per byte of held-out holes, by language. */
  readonly bits: Readonly<Record<string, number>>;
  readonly tokensPerSecond: number;
}

/** A Markdown table: what was changed, bits per byte by language, their mean, and its difference from the first row's. */
export function ablationTable(rows: readonly AblationRow[]): string {
  const [first] = rows;
  if (first === undefined) return 'No run is done yet.';
  const languages = Object.keys(first.bits);
  const meanOf = ({ bits }: AblationRow): number => mean(languages.map((language) => bits[language] ?? NaN));
  const body = rows.map((row) => {
    const difference = meanOf(row) - meanOf(first);
    return [
      row.about,
      row.name,
      ...languages.map((language) => row.bits[language]?.toFixed(3) ?? ''),
      meanOf(row).toFixed(3),
      row === first ? '' : `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`,
    ];
  });
  return markdownTable(['', 'change', ...languages, 'mean', 'against the baseline'], body, 2);
}
