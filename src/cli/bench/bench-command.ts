import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Engine, LoadOptions } from '../../engine/index';
import { findBundledModels, loadEngine } from '../../engine/node';
import { UsageError } from '../command-line/failures';
import type { EngineOptions } from '../command-line/options';
import { bundleFolder, lastStep, projectRoot } from '../command-line/session';
import { findPlaces, type CutLine } from './places';
import { describeMachine, summarize, table, type BenchReport } from './report';
import { benchRows, type BenchEngines } from './rows';

export interface BenchOptions extends Pick<EngineOptions, 'model' | 'provider'> {
  /** Measurements of each row. */
  readonly rounds: number;
  /** Names of the rows that are measured. Default: all. */
  readonly only?: readonly string[];
  readonly json?: true;
}

/** Not measured: the first runs of a process are slower. */
const WARM_UP_ROUNDS = 2;
const DELAY_RESOLUTION_MS = 1;
const LOADS = 5;

/**
 * Measures fills as users have them: across the process border, of lines of real source files, a new context every
 * time. All rows are measured in turn in each round, so that what else the machine does meets all of them alike.
 */
export async function bench(options: BenchOptions, signal: AbortSignal): Promise<void> {
  const placeAt = findPlaces(projectRoot());
  const opened: Engine[] = [];
  const open = async (folder: string, loadOptions: LoadOptions = {}): Promise<Engine> => {
    signal.throwIfAborted();
    const engine = await loadEngine(folder, { provider: options.provider, ...loadOptions });
    opened.push(engine);
    return engine;
  };
  try {
    const folder = bundleFolder(options);
    const master = findBundledModels(projectRoot()).find(({ precision }) => precision === 'f16');
    const engines: BenchEngines = {
      shipped: await open(folder),
      uncached: await open(folder, { contextCache: false }),
      fp32:
        master && !options.model
          ? await open(master.folder, { provider: options.provider === 'auto' ? 'cpu' : options.provider })
          : undefined,
    };
    const report = await measure(engines, placeAt, options, signal);
    process.stdout.write(`${options.json ? JSON.stringify(report, undefined, 2) : table(report)}\n`);
  } finally {
    await Promise.all(opened.map((engine) => engine.dispose()));
  }
}

async function measure(
  engines: BenchEngines,
  placeAt: (index: number) => CutLine,
  options: BenchOptions,
  signal: AbortSignal,
): Promise<BenchReport> {
  const rows = chosen(benchRows(engines), options.only);
  const times = new Map([...rows.keys()].map((name) => [name, [] as number[]]));
  const loads: number[] = [];
  let blockedMs = 0;
  let fillForwards = 0;
  let place = 0;
  for (let round = -WARM_UP_ROUNDS; round < options.rounds; round++) {
    process.stderr.write(`\rround ${round + 1} of ${options.rounds} `);
    for (const [name, run] of rows) {
      signal.throwIfAborted();
      const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
      delay.enable();
      const { ms, forwards } = await run(placeAt(place++));
      delay.disable();
      if (round < 0) continue;
      times.get(name)!.push(ms);
      if (name !== 'fill') continue;
      blockedMs = Math.max(blockedMs, delay.max / 1e6 - DELAY_RESOLUTION_MS);
      fillForwards += forwards / options.rounds;
    }
    if (round >= 0 && loads.length < LOADS) loads.push(await timeLoading(engines.shipped, placeAt(place++)));
  }
  process.stderr.write('\n');
  const { provider, bundle, precision, windowRows } = engines.shipped.info;
  return {
    machine: describeMachine(),
    provider,
    bundle,
    precision,
    windowRows,
    fillForwards,
    parentBlockedMs: blockedMs,
    enginePeakBytes: (await engines.shipped.stats()).peakBytes,
    rows: [...times, ['load', loads] as const].map(([name, values]) => summarize(name, values)),
  };
}

/** @throws UsageError naming a row that there is not */
function chosen<Row>(rows: Map<string, Row>, only: readonly string[] | undefined): Map<string, Row> {
  const unknown = only?.find((name) => !rows.has(name));
  if (unknown !== undefined) {
    throw new UsageError(`There is no row "${unknown}". Name some of ${[...rows.keys()].join(', ')}.`);
  }
  return only ? new Map([...rows].filter(([name]) => only.includes(name))) : rows;
}

/** Milliseconds from nothing to the end of the first fill. */
async function timeLoading({ info }: Engine, place: CutLine): Promise<number> {
  const started = performance.now();
  const engine = await loadEngine(info.bundleFolder, { provider: info.provider });
  await lastStep(engine.fill(place));
  const ms = performance.now() - started;
  await engine.dispose();
  return ms;
}
