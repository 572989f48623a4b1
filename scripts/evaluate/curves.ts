import type { ReverseProcessOptions } from '../../src/engine/index';
import type { LineChart } from '../../src/display/line-chart';
import { percent } from '../../src/display/percent';
import { measure } from './figures';
import { bootstrap, type Estimate } from './intervals';
import type { ModelRun } from './model-run';
import { rowOf, type Answered, type Case, type Measured, type Row } from './rows';
import { middlesOf, type Task } from './task';
import { trueLength } from './ways';

/** A picture and the file it goes to. */
export interface Curve {
  readonly file: string;
  readonly chart: LineChart;
}

/** Upper ends of the classes of middle lengths, in characters. */
const LENGTHS = [8, 16, 32, 64, 128, Infinity];

/** Exact match and edit similarity against the length of what stood in the hole. */
export function curvesByLength(answered: readonly Answered[]): Curve[] {
  const classOf = (task: Task): number => {
    const length = middlesOf(task).reduce((sum, middle) => sum + middle.length, 0);
    return LENGTHS.findIndex((end) => length <= end);
  };
  const categories = LENGTHS.map((end, i) => {
    const start = (LENGTHS[i - 1] ?? 0) + 1;
    return end === Infinity ? `${start} and more` : `${start}–${end}`;
  });
  const rows = answered.map((way) => LENGTHS.map((_, i) => rowOf(way, (task) => classOf(task) === i)));
  const chart = (title: string, of: (row: Row) => Estimate): LineChart => ({
    title,
    x: { label: 'characters in the hole', categories },
    y: { label: '95 % intervals', format: percent },
    series: answered.map(({ label }, i) => ({ name: label, points: rows[i]!.map(of) })),
  });
  return [
    { file: 'exact-by-length.svg', chart: chart('Exact match by length', ({ exact }) => exact) },
    {
      file: 'similarity-by-length.svg',
      chart: chart('Edit similarity by length', ({ similarity }) => similarity),
    },
  ];
}

/** Bits of a masked token against the share of tokens that are masked. */
export function curveByMaskRatio(measured: readonly Measured[]): Curve {
  const CLASSES = 5;
  const draws = measured.flatMap(({ likelihood: { tokens, draws } }) =>
    draws.map(({ masked, bits }) => ({ t: masked / tokens, masked, bits })),
  );
  const points = Array.from({ length: CLASSES }, (_, i) => {
    const within = draws.filter(({ t }) => Math.ceil(t * CLASSES - 1e-9) === i + 1);
    return bootstrap(within, (sample) => {
      const masked = sample.reduce((sum, draw) => sum + draw.masked, 0);
      return sample.reduce((sum, draw) => sum + draw.bits, 0) / masked;
    });
  });
  return {
    file: 'bits-by-t.svg',
    chart: {
      title: 'Bits per masked token by mask ratio',
      x: {
        label: 'mask ratio t',
        categories: points.map((_, i) => `${(i / CLASSES).toFixed(1)}–${((i + 1) / CLASSES).toFixed(1)}`),
      },
      y: { label: '95 % intervals', format: (value) => String(Math.round(value * 10) / 10) },
      series: [{ name: 'true length', points }],
    },
  };
}

/** A setting of the reverse process, the values it is tried at, and the rows that came of it. */
export interface Sweep {
  readonly name: string;
  readonly rows: readonly Row[];
}

const SWEEPS: readonly {
  readonly name: string;
  readonly file: string;
  readonly values: readonly { readonly label: string; readonly options: ReverseProcessOptions }[];
}[] = [
  {
    name: 'threshold',
    file: 'by-threshold.svg',
    values: [0.5, 0.7, 0.8, 0.9, 0.95, 0].map((threshold) => ({
      label: threshold === 0 ? 'off' : String(threshold),
      options: { threshold },
    })),
  },
  {
    name: 'most steps, threshold off',
    file: 'by-steps.svg',
    values: [1, 2, 4, 8, 16, undefined].map((steps) => ({
      label: steps === undefined ? 'one a mask' : String(steps),
      options: steps === undefined ? { threshold: 0 } : { threshold: 0, steps },
    })),
  },
];

/** Fills at their true length with other settings, greedily in order of confidence. */
export async function sweep(
  run: ModelRun,
  tasks: readonly Task[],
  onFill: () => void,
): Promise<{ sweeps: Sweep[]; pictures: Curve[] }> {
  const sweeps: Sweep[] = [];
  const pictures: Curve[] = [];
  for (const { name, file, values } of SWEEPS) {
    const rows: Row[] = [];
    for (const { label, options } of values) {
      const way = trueLength(options, label);
      const cases: Case[] = [];
      for (const task of tasks) {
        const answer = await run.fill(task, way);
        cases.push({ task, answer, figures: await measure(task, answer) });
        onFill();
      }
      rows.push(rowOf({ label, cases }));
    }
    sweeps.push({ name, rows });
    pictures.push({
      file,
      chart: {
        title: `Fills at their true length by ${name}`,
        x: { label: name, categories: rows.map(({ label }) => label) },
        y: { label: '95 % intervals', format: percent },
        series: [
          { name: 'exact match', points: rows.map(({ exact }) => exact) },
          { name: 'edit similarity', points: rows.map(({ similarity }) => similarity) },
        ],
      },
    });
  }
  return { sweeps, pictures };
}

/** Fills that all sweeps take for one task. */
export const FILLS_PER_SWEPT_TASK = SWEEPS.reduce((sum, { values }) => sum + values.length, 0);
