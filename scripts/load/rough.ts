import { Random } from '../../src/engine/index';
import { MANNERS, sendRoughly, type Manner, type Outcome } from './rough-request';
import { scrape } from './scrape';

export interface RoughPlan {
  readonly requests: number;
  /** Clients that are there at once. */
  readonly atOnce: number;
  readonly seed: number;
  /** Engine processes that are killed meanwhile, evenly spread. */
  readonly kills: number;
  readonly killEngine: () => void;
  /** Told now and then. */
  readonly onSample: (sample: RoughSample) => void;
}

/** A server after so many requests, bytes. */
export interface RoughSample {
  readonly requests: number;
  readonly serverBytes: number;
  readonly engineBytes: number;
}

export interface RoughReport {
  /** How often each manner ended how. */
  readonly outcomes: ReadonlyMap<Manner, ReadonlyMap<Outcome, number>>;
  /** Faults of the server: requests without an answer, and work or connections left behind. */
  readonly faults: readonly string[];
}

const SAMPLES = 20;
const REFERENCE = { input_prefix: 'const total = ', input_suffix: ';\n', n_predict: 8 };
/** A full queue, an engine that has stopped, and a fill that took too long. */
const BUSY: readonly Outcome[] = [429, 503, 504, 'failed in stream'];

/** The outcomes that are right; whoever leaves has none. */
const RIGHT: Readonly<Record<Manner, readonly Outcome[]>> = {
  plain: [200, ...BUSY],
  stream: [200, ...BUSY],
  'slow-reader': [200, ...BUSY],
  abort: ['left'],
  half: ['left'],
  malformed: [400, 404, 405],
  // Its rest is not read.
  oversized: [413, 'closed'],
};

/**
 * Requests of all manners at once, while engine processes are killed: every one must be answered or refused, and afterwards
 * nothing may run or wait and a fill must be what it was at first.
 */
export async function treatRoughly(url: string, plan: RoughPlan): Promise<RoughReport> {
  const { requests, atOnce, kills } = plan;
  const random = new Random(plan.seed);
  const outcomes = new Map(MANNERS.map((manner) => [manner, new Map<Outcome, number>()]));
  const faults: string[] = [];
  const reference = await referenceFill(url);
  let begun = 0;
  const every = (times: number): number => Math.max(1, Math.ceil(requests / times));
  async function client(): Promise<void> {
    while (begun < requests) {
      const number = ++begun;
      if (number % every(kills + 1) === 0 && number < requests) plan.killEngine();
      const manner = MANNERS[random.integer(MANNERS.length)]!;
      const outcome = await sendRoughly(url, manner, new Random(plan.seed + number));
      const counts = outcomes.get(manner)!;
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (!RIGHT[manner].includes(outcome)) faults.push(`request ${number} (${manner}): ${outcome}`);
      if (number % every(SAMPLES) === 0) plan.onSample(await sample(url, number));
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client));
  faults.push(...(await leftBehind(url)));
  const after = await referenceFill(url);
  if (after !== reference) faults.push(`a fill gave ${after} instead of ${reference}`);
  return { outcomes, faults };
}

async function sample(url: string, requests: number): Promise<RoughSample> {
  const scraped = await scrape(url);
  return {
    requests,
    serverBytes: scraped.get('process_resident_memory_bytes') ?? NaN,
    engineBytes: scraped.get('llada_engine_resident_bytes') ?? NaN,
  };
}

const SETTLE_MS = 30_000;

/** Waits until the server is idle, and says what still runs, waits or is open if it does not become so. */
async function leftBehind(url: string): Promise<string[]> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const scraped = await scrape(url);
    const of = (name: string): number => scraped.get(`llada_${name}`) ?? NaN;
    const [running, waiting, open] = [of('fills_running'), of('fills_waiting'), of('http_requests_open')];
    // The one that asks is open.
    if (running === 0 && waiting === 0 && open === 1) return [];
    if (performance.now() > until)
      return [`left: ${running} fills run, ${waiting} wait, ${open} requests are open`];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function referenceFill(url: string): Promise<string> {
  const response = await fetch(`${url}/infill`, { method: 'POST', body: JSON.stringify(REFERENCE) });
  if (!response.ok) throw new Error(`a plain fill is answered with ${response.status}`);
  return ((await response.json()) as { content: string }).content;
}
