import { type Engine, type FillRequest, Random, type Step } from '../../src/engine/index';

export interface SoakPlan {
  readonly requests: number;
  readonly cancels: number;
  readonly seed: number;
  /** The texts that requests are cut from. */
  readonly text: string;
  /** Requests between two lines of the report. */
  readonly every: number;
}

/** The engine after so many requests. */
export interface SoakLine {
  readonly requests: number;
  /** Of the requests since the last line that were not cancelled; NaN where all were. */
  readonly p50: number;
  readonly p95: number;
  readonly residentBytes: number;
}

const LONGEST_SIDE = 1500;
const MOST_TOKENS = 12;
const REFERENCE: FillRequest = { prefix: 'const total = ', suffix: ';\n', holes: [{ tokens: 8 }] };

/**
 * Random requests one after the other, some of them cancelled at random moments; after each cancelled one a fill that is
 * always the same must give the text that it gave at first.
 *
 * @throws Error when it does not, and whatever a request fails with
 */
export async function* soak(engine: Engine, plan: SoakPlan): AsyncGenerator<SoakLine, void, undefined> {
  const random = new Random(plan.seed);
  const reference = await textOf(engine.fill(REFERENCE));
  const chosen = cancelled(plan, random);
  let times: number[] = [];
  for (let request = 1; request <= plan.requests; request++) {
    const started = performance.now();
    if (chosen.has(request)) {
      await runAndCancel(engine, randomRequest(plan.text, random), random);
      const text = await textOf(engine.fill(REFERENCE));
      if (text !== reference) {
        throw new Error(
          `After request ${request} was cancelled, a fill gave ${JSON.stringify(text)} instead of ${JSON.stringify(reference)}.`,
        );
      }
    } else {
      await textOf(engine.fill(randomRequest(plan.text, random)));
      times.push(performance.now() - started);
    }
    if (request % plan.every === 0 || request === plan.requests) {
      const sorted = times.toSorted((a, b) => a - b);
      const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
      const { residentBytes } = await engine.stats();
      yield { requests: request, p50: at(0.5), p95: at(0.95), residentBytes };
      times = [];
    }
  }
}

/** Numbers of the requests to be cancelled. */
function cancelled({ requests, cancels }: SoakPlan, random: Random): Set<number> {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(cancels, requests)) chosen.add(1 + random.integer(requests));
  return chosen;
}

function randomRequest(text: string, random: Random): FillRequest {
  const at = random.integer(text.length);
  const side = (): number => random.integer(LONGEST_SIDE);
  const holes = 1 + random.integer(2);
  return {
    ...(random.uniform() < 0.5 ? { path: 'src/soak.ts' } : {}),
    prefix: text.slice(Math.max(0, at - side()), at),
    suffix: text.slice(at, at + side()),
    between: Array.from({ length: holes - 1 }, () => text.slice(at, at + random.integer(40))),
    holes: Array.from({ length: holes }, () =>
      random.uniform() < 0.3 ? {} : { tokens: 1 + random.integer(MOST_TOKENS) },
    ),
    maxTokens: MOST_TOKENS,
    order: random.uniform() < 0.5 ? 'confidence' : 'random',
    sampling: random.uniform() < 0.5 ? 'greedy' : 'multinomial',
    seed: random.integer(1000),
    candidates: random.uniform() < 0.2 ? 3 : 1,
  };
}

/** Cancels at once, after some steps, or a moment after one, when a forward may be under way. */
async function runAndCancel(engine: Engine, request: FillRequest, random: Random): Promise<void> {
  const abort = new AbortController();
  const steps = random.integer(4);
  const later = random.uniform() < 0.5;
  if (steps === 0) setTimeout(() => abort.abort(), random.integer(20));
  try {
    for await (const { index } of engine.fill(request, { signal: abort.signal })) {
      if (index < steps) continue;
      if (later) setImmediate(() => abort.abort());
      else abort.abort();
    }
  } catch (error) {
    if ((error as { code?: string }).code !== 'cancelled') throw error;
  }
}

async function textOf(steps: AsyncIterable<Step>): Promise<string> {
  let last: Step | undefined;
  for await (const step of steps) last = step;
  if (!last?.done) throw new Error('A request ended before it was done.');
  return last.texts.join('\n');
}
