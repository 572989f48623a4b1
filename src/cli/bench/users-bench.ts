import { setMaxListeners } from 'node:events';
import type { Engine } from '../../engine/index';
import { loadEngine } from '../../engine/node';
import { bundleFolder, lastStep, projectRoot } from '../command-line/session';
import type { BenchOptions } from './bench-command';
import { findPlaces, type CutLine } from './places';
import { describeMachine, rowsTable, summarize, type BenchReport } from './report';

export interface UsersOptions extends BenchOptions {
  /** How many fills come at once, in turn. */
  readonly users: readonly number[];
  /** Most of them that run at once. */
  readonly together: number;
}

/** The object that is printed with `--json`. */
export interface UsersReport extends Pick<
  BenchReport,
  'machine' | 'provider' | 'bundle' | 'precision' | 'rows'
> {
  /** Contexts that had rows in a forward of the steps, on average, where forwards are shared. */
  readonly contextsPerStep: Readonly<Record<number, number>>;
}

const WARM_UP_ROUNDS = 1;

/**
 * Measures fills of several users at once, each of another line, in an engine whose requests share steps and in one that
 * answers them one after the other; both have the same lines, in turn. For each number of users a row of the time that each
 * fill took from being asked for, and one of the time until all were done, divided by their number.
 */
export async function benchUsers(options: UsersOptions, signal: AbortSignal): Promise<void> {
  // Every user's fill listens to it: more than the ten that Node takes for a leak.
  setMaxListeners(0, signal);
  const placeAt = findPlaces(projectRoot());
  const opened: Engine[] = [];
  const open = async (together: number): Promise<Engine> => {
    const engine = await loadEngine(bundleFolder(options), { provider: options.provider, together });
    opened.push(engine);
    return engine;
  };
  try {
    const engines = { 'in turn': await open(1), shared: await open(options.together) };
    const times = new Map<string, number[]>();
    const contextsPerStep: Record<number, number> = {};
    let place = 0;
    for (const users of options.users) {
      const before = await engines.shared.stats();
      for (let round = -WARM_UP_ROUNDS; round < options.rounds; round++) {
        process.stderr.write(`\r${users} users, round ${round + 1} of ${options.rounds} `);
        const places = Array.from({ length: users }, () => placeAt(place++));
        // Whoever is first in one round is last in the next.
        const order = Object.entries(engines);
        for (const [name, engine] of round % 2 === 0 ? order : order.reverse()) {
          signal.throwIfAborted();
          const { each, all } = await fillAtOnce(engine, places, signal);
          if (round < 0) continue;
          const row = (suffix: string): number[] => {
            const key = `users/${users}${suffix}, ${name}`;
            if (!times.has(key)) times.set(key, []);
            return times.get(key)!;
          };
          row('').push(...each);
          row('/share').push(all / users);
        }
      }
      const after = await engines.shared.stats();
      contextsPerStep[users] = (after.stepContexts - before.stepContexts) / (after.steps - before.steps);
    }
    process.stderr.write('\n');
    const { provider, bundle, precision } = engines.shared.info;
    const rows = [...times].map(([name, values]) => summarize(name, values));
    const report: UsersReport = {
      machine: describeMachine(),
      provider,
      bundle,
      precision,
      rows,
      contextsPerStep,
    };
    process.stdout.write(`${options.json ? JSON.stringify(report, undefined, 2) : usersTable(report)}\n`);
  } finally {
    await Promise.all(opened.map((engine) => engine.dispose()));
  }
}

/** Milliseconds that each took, and until all were done. */
async function fillAtOnce(
  engine: Engine,
  places: readonly CutLine[],
  signal: AbortSignal,
): Promise<{ readonly each: readonly number[]; readonly all: number }> {
  const started = performance.now();
  const each = await Promise.all(
    places.map(async (place, user) => {
      await lastStep(engine.fill(place, { session: String(user), signal }));
      return performance.now() - started;
    }),
  );
  return { each, all: performance.now() - started };
}

function usersTable({ machine, provider, bundle, precision, rows, contextsPerStep }: UsersReport): string {
  const shared = Object.entries(contextsPerStep).map(
    ([users, contexts]) => `${users} users: ${contexts.toFixed(1)} contexts in a forward of steps`,
  );
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}, load ${machine.load.toFixed(1)}`,
    `${bundle} (${precision}) on ${provider}; /share: until all are done, divided by the users`,
    '',
    ...rowsTable(rows),
    '',
    ...shared,
  ].join('\n');
}
