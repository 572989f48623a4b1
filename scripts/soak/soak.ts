import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { RegionTracker } from '../../src/editor/document/region-tracker';
import { textAroundRegions } from '../../src/editor/document/around-regions';
import { type Engine, EngineError, type LoadOptions, Random } from '../../src/engine/index';
import { EngineClient, inChildProcess, isRunning } from '../../src/engine/node';
import { randomDocument } from '../fuzz/documents';

/** The actions, drawn at random, and how often each comes in a hundred. */
const WEIGHTS = {
  fill: 55,
  edit: 15,
  cancel: 12,
  generate: 6,
  score: 6,
  tokenize: 3,
  switch: 2,
  kill: 1,
} as const;
export type SoakAction = keyof typeof WEIGHTS;
const ACTIONS = Object.keys(WEIGHTS) as SoakAction[];

/** The engine gives up after three crashes within a minute, as it should: kills keep farther apart than that. */
const BETWEEN_KILLS_MS = 25_000;

export interface SoakOptions {
  readonly host: string;
  /** Switched between. */
  readonly bundles: readonly string[];
  readonly load: LoadOptions;
  readonly seed: number;
  /** Asked before every action. */
  readonly goOn: (actions: number) => boolean;
  /** Told after every action. */
  readonly onAction?: (action: SoakAction, ms: number, engine: Engine) => Promise<void>;
}

export interface SoakReport {
  readonly counts: Readonly<Record<SoakAction, number>>;
  /** The events that should not have happened. */
  readonly faults: readonly string[];
  /** Processes of engines that were there once and are not gone. */
  readonly leftProcesses: readonly number[];
}

/** Uses an engine as a day of work does, and worse. Nothing of it may be left afterwards. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const random = new Random(options.seed);
  const counts = Object.fromEntries(ACTIONS.map((action) => [action, 0])) as Record<SoakAction, number>;
  const faults: string[] = [];
  const pids = new Set<number>();
  let bundle = 0;
  let killedAt = -Infinity;
  const start = async (): Promise<EngineClient> => {
    const folder = options.bundles[bundle % options.bundles.length]!;
    const engine = await EngineClient.start(inChildProcess(options.host, folder), options.load);
    pids.add((await engine.stats()).pid);
    return engine;
  };
  let engine = await start();
  for (let done = 0; options.goOn(done); done++) {
    let action = ACTIONS[random.weighted(Object.values(WEIGHTS))]!;
    if (action === 'kill' && performance.now() - killedAt < BETWEEN_KILLS_MS) action = 'fill';
    const started = performance.now();
    try {
      if (action === 'switch') {
        await engine.dispose();
        bundle++;
        engine = await start();
      } else if (action === 'kill') {
        killedAt = started;
        await kill(engine, random);
        pids.add((await engine.stats()).pid);
      } else {
        await REQUESTS[action](engine, random);
      }
      counts[action]++;
    } catch (error) {
      faults.push(`${action} (action ${done}): ${(error as Error).message}`);
    }
    await options.onAction?.(action, performance.now() - started, engine);
  }
  await engine.dispose();
  return { counts, faults, leftProcesses: [...pids].filter((pid) => isThere(pid, options.host)) };
}

type Request = (engine: Engine, random: Random) => Promise<void>;

const REQUESTS: Readonly<Record<Exclude<SoakAction, 'switch' | 'kill'>, Request>> = {
  fill: async (engine, random) => {
    await fillIn(engine, random);
  },
  edit: fillWhileEdited,
  cancel: async (engine, random) => {
    const abort = new AbortController();
    await assert.rejects(fillIn(engine, random, abort), { code: 'cancelled' });
  },
  generate: async (engine, random) => {
    for await (const step of engine.generate({
      tokens: 1 + random.integer(24),
      steps: 4,
      seed: random.uint32(),
    }))
      assert.ok(step.t <= 1);
  },
  score: async (engine, random) => {
    const { tokens } = await engine.score({
      prefix: 'let x = ',
      text: `f(${random.integer(1000)})`,
      suffix: ';\n',
    });
    assert.ok(tokens.every(({ probability }) => probability >= 0 && probability <= 1));
  },
  tokenize: async (engine, random) => {
    const tokens = await engine.tokenize(`const a${random.integer(1000)} = 'ü';\n`);
    assert.ok(tokens.length > 0);
  },
};

/** @param abort aborted after the first step */
async function fillIn(engine: Engine, random: Random, abort?: AbortController): Promise<string> {
  const { text, regions } = randomDocument(random);
  const around = textAroundRegions(text, regions.slice(0, 1));
  const options = abort ? { signal: abort.signal } : {};
  let fill = '';
  const request = {
    ...around,
    maxTokens: 12,
    seed: random.uint32(),
    holes: [{ tokens: 4 + random.integer(12) }],
  };
  for await (const step of engine.fill({ ...request, threshold: 0 }, options)) {
    fill = step.texts[0]!;
    abort?.abort();
  }
  return fill;
}

/** As in the editor: an edit elsewhere shifts the region, and everything but the region stays. */
async function fillWhileEdited(engine: Engine, random: Random): Promise<void> {
  let text = `// ${random.uint32()}\nlet total = 0;\nreturn total;\n`;
  const start = text.indexOf('0;');
  const tracker = new RegionTracker([{ start, end: start + 1 }]);
  const inserted = `// typed meanwhile ${random.integer(100)}\n`;
  let fill = '';
  const around = textAroundRegions(text, tracker.regions);
  for await (const step of engine.fill({ ...around, holes: [{ tokens: 6 }], threshold: 0 })) {
    if (step.index === 1) {
      text = inserted + text;
      assert.ok(tracker.follow([{ rangeOffset: 0, rangeLength: 0, text: inserted }]));
    }
    fill = step.texts[0]!;
  }
  const [region] = tracker.regions;
  const filled = text.slice(0, region!.start) + fill + text.slice(region!.end);
  assert.equal(filled, `${inserted}${around.prefix}${fill}${around.suffix}`);
}

/** Ends the process in the midst of a fill: the fill says so, the next one is answered. */
async function kill(engine: Engine, random: Random): Promise<void> {
  const { pid } = await engine.stats();
  try {
    for await (const step of engine.generate({ tokens: 32 }))
      if (step.index === 1) process.kill(pid, 'SIGKILL');
    assert.fail('the request ended well though its process was killed');
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'engine-crashed') throw error;
  }
  await fillIn(engine, random);
}

/** Tells if an engine's process is still there. A system gives its number to others in time, so more is looked at. */
function isThere(pid: number, host: string): boolean {
  if (!isRunning(pid)) return false;
  try {
    return !existsSync('/proc/self') || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(host);
  } catch {
    return false;
  }
}

/** Open files of a process, this one by default; undefined where /proc is not. */
export function openFiles(pid: number | 'self' = 'self'): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}
