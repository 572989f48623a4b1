import { markdownTable } from '../../src/display/markdown-table';
import type { Comparison } from './compare';
import type { Sweep } from './curves';
import type { Estimate } from './intervals';
import type { Memorised } from './memorisation';
import type { Row } from './rows';

/** Everything that an evaluation found; written as report.json as it is. */
export interface Report {
  readonly model: {
    readonly name: string;
    readonly precision: string;
    readonly provider: string;
    /** SHA-256 of config.json, which holds those of the weights, the graph and the tokenizer. */
    readonly config: string;
  };
  readonly tasks: { readonly source: string; readonly count: number; readonly sha256: string };
  readonly draws: number;
  /** Ways on all tasks, then on parts of them. */
  readonly parts: readonly {
    readonly name: string;
    readonly tasks: number;
    readonly rows: readonly Row[];
    readonly bitsPerByte: Estimate;
  }[];
  readonly comparisons: readonly Comparison[];
  /** Of the second way alone that was compared with the first: its exact match less the first's. */
  readonly paired?: { readonly title: string; readonly exact: Estimate };
  /** The model's ways on each language. */
  readonly languages: readonly { readonly name: string; readonly rows: readonly Row[] }[];
  readonly sweeps: readonly Sweep[];
  readonly memorisation: readonly ({ readonly label: string } & Memorised)[];
  /** Names of the picture files beside the report. */
  readonly pictures: readonly string[];
}

function percent(value: number): string {
  return Number.isNaN(value) ? '–' : (100 * value).toFixed(1);
}
function fixed(digits: number) {
  return (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(digits));
}

/** `12.3 (8.1–17.9)` */
function interval({ value, low, high }: Estimate, format: (value: number) => string): string {
  return Number.isNaN(value) ? '–' : `${format(value)} (${format(low)} – ${format(high)})`;
}

const WAY_HEAD = [
  '',
  'exact, %',
  'similarity, %',
  'length off, characters',
  'brackets, %',
  'parses, %',
  'steps',
  'forwards',
  'ms',
];

function wayCells(row: Row): string[] {
  return [
    row.label,
    interval(row.exact, percent),
    interval(row.similarity, percent),
    interval(row.lengthError, fixed(1)),
    interval(row.brackets, percent),
    interval(row.valid, percent),
    row.steps.toFixed(1),
    row.forwards.toFixed(1),
    row.ms.toFixed(0),
  ];
}

/** The table of all tasks, in Markdown. */
export function mainTable(report: Report): string {
  return markdownTable(WAY_HEAD, report.parts[0]!.rows.map(wayCells));
}

/** Exact match and similarity by kind and by language, and bits per byte. */
export function partsTable({ parts }: Report): string {
  const labels = parts[0]!.rows.map(({ label }) => label);
  return markdownTable(
    ['', 'tasks', ...labels.map((label) => `exact, ${label}, %`), 'bits per byte'],
    parts.map(({ name, tasks, rows, bitsPerByte }) => [
      name,
      tasks,
      ...rows.map((row) => interval(row.exact, percent)),
      interval(bitsPerByte, fixed(3)),
    ]),
  );
}

/** Texts that parse with the fill, of those that parse with what stood there, exact fills and empty ones. */
export function languagesTable({ languages }: Report): string {
  const labels = languages[0]?.rows.map(({ label }) => label) ?? [];
  return markdownTable(
    ['', 'tasks', 'parse', ...labels.map((label) => `${label}: parses, %; exact; empty`)],
    languages.map(({ name, rows }) => [
      name,
      rows[0]!.tasks,
      rows[0]!.validTasks,
      ...rows.map(({ valid, exact, empty, tasks }) => {
        const count = (share: Estimate): number => Math.round(share.value * tasks);
        return `${percent(valid.value)}; ${count(exact)}; ${count(empty)}`;
      }),
    ]),
  );
}

/** Other precisions on the same tasks, with paired intervals. */
export function comparisonTable({ model, parts, comparisons }: Report): string {
  const ways = comparisons[0]?.ways ?? [];
  const own = parts[0]!;
  const ownRows = ways.map(({ label }) => own.rows.find((row) => row.label === label)!);
  const head = [
    '',
    'bits per byte',
    `${model.precision} takes more bits by, %`,
    ...ways.flatMap(({ label }) => [
      `exact, ${label}, %`,
      `${model.precision} fills more exactly by, points`,
      'ms',
    ]),
  ];
  const ownCells = [
    `${model.name}, ${model.precision}, ${model.provider}`,
    interval(own.bitsPerByte, fixed(3)),
    '',
    ...ownRows.flatMap((row) => [interval(row.exact, percent), '', row.ms.toFixed(0)]),
  ];
  const otherCells = comparisons.map(({ name, bitsPerByte, moreBits, ways: theirs }) => [
    name,
    interval(bitsPerByte, fixed(3)),
    interval(moreBits, (value) => (100 * value).toFixed(2)),
    ...theirs.flatMap(({ exact, exactDifference, ms }) => [
      interval(exact, percent),
      interval(exactDifference, percent),
      ms.toFixed(0),
    ]),
  ]);
  return markdownTable(head, [ownCells, ...otherCells]);
}

/** Explains the columns, and how the tasks came about. */
export function explanation({ tasks, draws }: Report): string {
  return `${tasks.count} tasks: ${tasks.source} (SHA-256 of the tasks ${tasks.sha256.slice(0, 12)}). Exact: equal to what stood there, blanks at the ends aside. Similarity: 1 − Levenshtein distance / length of the longer. Length off: mean absolute difference. Brackets: the same ones left open and closed as there. Parses: of the texts that the language's parser (TypeScript's, or tree-sitter's grammar) takes with what stood there, the share that it takes with the fill. Steps and forwards: means; ms: median. Bits per byte: upper bound, length in tokens known (LLaDA, equation 6, ${draws} draws of t). In brackets 95 % intervals: Wilson's for shares, bootstrap (2,000 resamples of tasks) for the rest.`;
}

/** The whole report in Markdown. */
export function markdown(report: Report): string {
  const { model, comparisons, paired, sweeps, memorisation, pictures } = report;
  const section = (title: string, ...content: readonly string[]): string[] => [`## ${title}`, ...content];
  return `${[
    `# Evaluation of ${model.name}, ${model.precision}, on ${model.provider}`,
    explanation(report),
    ...section('All tasks', mainTable(report)),
    ...section('By kind and language', partsTable(report)),
    ...section('What parses, by language', languagesTable(report)),
    ...(comparisons.length > 0
      ? section('Other bundles', 'Paired: the same tasks.', comparisonTable(report))
      : []),
    ...(paired
      ? section(
          paired.title,
          `Exact match less that of the first way, the same tasks: ${interval(paired.exact, percent)} points.`,
        )
      : []),
    ...sweeps.flatMap(({ name, rows }) =>
      section(
        `By ${name}`,
        `The first ${rows[0]!.tasks} tasks, at their true length.`,
        markdownTable(WAY_HEAD, rows.map(wayCells)),
      ),
    ),
    ...(memorisation.length > 0 ? section('Memorisation', memorisationTable(memorisation)) : []),
    ...(pictures.length > 0
      ? section('Pictures', ...pictures.map((file) => `![${file.replace('.svg', '')}](${file})`))
      : []),
  ].join('\n\n')}\n`;
}

/** How often a run of 50 characters stands in the training texts word for word. */
export function memorisationTable(memorisation: Report['memorisation']): string {
  return markdownTable(
    [
      '',
      'of 50 characters or more',
      'with 50 in a row that are in the training texts and not in the context',
    ],
    memorisation.map(({ label, looked, found }) => [label, looked, found]),
  );
}
