import { summarize } from '../../src/cli/bench/report';
import { markdownTable } from '../../src/display/markdown-table';

/** One answer to a user. */
export interface Answered {
  readonly status: number;
  /** From the request to the answer's end. */
  readonly ms: number;
}

/** All that came of so many users for so long. */
export interface Demand {
  readonly answers: readonly Answered[];
  readonly seconds: number;
  /** Requests whose connection broke or that were not answered in time. */
  readonly lost: number;
  /** Requests that their user made superfluous by the next one. */
  readonly superseded?: number;
  /** Contexts in a forward of steps, on average. */
  readonly batch: number;
}

/** Several measurements of one server as one. */
export function joined(demands: readonly Demand[]): Demand {
  const sum = (of: (demand: Demand) => number): number =>
    demands.reduce((total, demand) => total + of(demand), 0);
  return {
    answers: demands.flatMap(({ answers }) => answers),
    seconds: sum(({ seconds }) => seconds),
    lost: sum(({ lost }) => lost),
    superseded: sum(({ superseded = 0 }) => superseded),
    batch: sum(({ batch }) => batch) / demands.length,
  };
}

/** A line of the table. */
export interface LoadRow {
  readonly what: 'saturation' | 'typing';
  readonly users: number;
  readonly server: string;
  readonly demand: Demand;
}

const COLUMNS = ['', 'users', 'server', 'fills/s', 'p50 ms', 'p95 ms', 'batch', 'refused', 'superseded'];
const FIRST_NUMBER = 3;

/** Figures of a row, as the table and JSON have them. */
export function figures({ demand }: LoadRow): Readonly<Record<string, number>> {
  const { answers, seconds, lost, superseded = 0, batch } = demand;
  const filled = answers.filter(({ status }) => status === 200);
  const { p50, p95 } = summarize(
    '',
    filled.map(({ ms }) => ms),
  );
  const refused = answers.length - filled.length;
  return { fillsPerSecond: filled.length / seconds, p50, p95, batch, refused, lost, superseded };
}

/** Markdown. */
export function loadTable(rows: readonly LoadRow[]): string {
  const cells = rows.map((row) => {
    const { fillsPerSecond, p50, p95, batch, refused, lost, superseded } = figures(row);
    return [
      row.what,
      String(row.users),
      row.server,
      fillsPerSecond!.toFixed(2),
      p50!.toFixed(0),
      p95!.toFixed(0),
      batch!.toFixed(1),
      String(refused! + lost!),
      row.what === 'typing' ? String(superseded) : '',
    ];
  });
  return markdownTable(COLUMNS, cells, FIRST_NUMBER);
}
