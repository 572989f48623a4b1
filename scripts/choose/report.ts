import { markdownTable } from '../../src/display/markdown-table';
import type { LineChart } from '../../src/display/line-chart';
import type { StartName } from '../../src/engine/index';
import { proportion } from '../evaluate/intervals';
import { KINDS } from '../evaluate/task';
import { binsOf, estimate, percent, type Bin } from './bins';
import { bestStarts, rightAmong } from './candidate-sets';
import { TRIED_STARTS, type CollectedTask } from './collect';
import type { Judged } from './fit';

/** Reports the fit of the chooser, in Markdown. */
export function chooserReport(
  judged: readonly Judged[],
  tasks: readonly CollectedTask[],
  fullTasks: readonly CollectedTask[],
  starts: readonly StartName[],
): string {
  const packages = new Set(tasks.map((task) => task.package)).size;
  return [
    '# The chooser',
    `${tasks.length} tasks of ${packages} valid packages; every package judged by coefficients fitted on the others. ` +
      `Candidates begin as ${starts.join(', ')}. Exact, in %, with Wilson’s 95 % intervals.`,
    choosingTable(judged),
    '## What is likely is right so often',
    reliabilityTable(judged),
    '## Starts',
    `Share of tasks with the right text, of the ${fullTasks.length} that were answered from every start: from one start alone, ` +
      'and among the first N of the order in which each start finds most that those before it do not.',
    startsTable(fullTasks),
  ].join('\n\n');
}

/** The model card's section on chances: how often they come true. */
export function accountOfChances(judged: readonly Judged[], picture: string): string {
  return [
    '## Chances',
    `A fill comes with the chance that it is right ([how](../../docs/methods.md#candidates)). Of ${judged.length} holes in ` +
      'valid packages, each judged by coefficients fitted on the other packages (`npm run fit-chooser`):',
    `![How often a chosen fill is right, by its chance](${picture})`,
    reliabilityTable(judged),
    'Exact match of one fill, of the likeliest candidate, of the one chosen, and with the right one among them:',
    choosingTable(judged),
  ].join('\n\n');
}

function choosingTable(judged: readonly Judged[]): string {
  const parts: readonly (readonly [string, (one: Judged) => boolean])[] = [
    ['all', () => true],
    ...KINDS.map((kind) => [kind as string, ({ task }: Judged) => task.kind === kind] as const),
  ];
  const rows = parts.flatMap(([name, wanted]) => {
    const own = judged.filter(wanted);
    if (own.length === 0) return [];
    return [
      [
        name,
        own.length,
        share(own, ({ one }) => one?.exact),
        share(own, ({ likeliest }) => likeliest?.exact),
        share(own, ({ chosen }) => chosen?.exact),
        share(own, ({ amongRight }) => amongRight),
      ],
    ];
  });
  return markdownTable(['', 'tasks', 'one fill', 'likeliest', 'chosen', 'among'], rows, 1);
}

function bins(judged: readonly Judged[]): Bin[] {
  return binsOf(judged.map(({ chance, chosen }) => ({ chance, right: chosen?.exact === true })));
}

function reliabilityTable(judged: readonly Judged[]): string {
  const rows = bins(judged).map(({ chance, right, n }) => [
    percent(chance),
    n,
    estimate(proportion(right, n)),
  ]);
  return markdownTable(['mean chance, %', 'tasks', 'right, %'], rows, 1);
}

/** The reliability plot: how often what has a chance is right. */
export function reliabilityChart(judged: readonly Judged[]): LineChart {
  const points = bins(judged).map(({ chance, right, n }) => {
    const { value, low, high } = proportion(right, n);
    return { x: chance, value, low, high };
  });
  return {
    title: 'How often a chosen fill is right, by its chance',
    x: { label: 'chance', last: 1 },
    y: { label: 'right', format: (value) => `${Math.round(100 * value)} %` },
    series: [
      { name: 'chosen', points },
      {
        name: 'as it should be',
        points: [
          { x: 0, value: 0 },
          { x: 1, value: 1 },
        ],
        dots: false,
      },
    ],
  };
}

function startsTable(tasks: readonly CollectedTask[]): string {
  const order = bestStarts(tasks, TRIED_STARTS, TRIED_STARTS.length);
  const rows = order.map(({ start, right }, i) => [
    i + 1,
    start,
    percent(rightAmong(tasks, [start])),
    percent(right),
  ]);
  return markdownTable(['N', 'start', 'alone, %', 'among N, %'], rows, 2);
}

function share(judged: readonly Judged[], of: (one: Judged) => boolean | undefined): string {
  if (judged.length === 0) return '–';
  return estimate(proportion(judged.filter((one) => of(one) === true).length, judged.length));
}
