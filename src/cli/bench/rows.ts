import type { Engine, FillRequest, RunOptions, Step } from '../../engine/index';
import { shortened, type CutLine } from './places';

/** The engines that are measured beside each other, each in a process of its own. */
export interface BenchEngines {
  /** As shipped. */
  readonly shipped: Engine;
  /** Reading the context anew at every step. */
  readonly uncached: Engine;
  /** The weights that the shipped ones are derived from, computed in float32. */
  readonly fp32: Engine | undefined;
}

/** One measurement at a place that the engine has not seen. */
export type Measure = (place: CutLine) => Promise<Measured>;

export interface Measured {
  readonly ms: number;
  /** Graph runs of the whole request. */
  readonly forwards: number;
}

const SHORT_HOLE = 8;
/** The default of `llada.inlineCompletions.leastConfidence`. */
const LEAST_SHOWN = 0.4;

/** Every row measured in turn at each place, by name. */
export function benchRows({ shipped, uncached, fp32 }: BenchEngines): Map<string, Measure> {
  const whole =
    (engine: Engine, request: Partial<FillRequest> = {}, options: RunOptions = {}): Measure =>
    (place) =>
      timed(engine, { ...place, ...request }, options);
  const hole = (tokens: number): Partial<FillRequest> => ({ holes: [{ tokens }] });
  const rows = new Map<string, Measure>([
    ['fill', whole(shipped)],
    ['fill/automatic', whole(shipped, {}, { background: true })],
    ['fill/typing', typing(shipped, {})],
    ['fill/typing/automatic', typing(shipped, { background: true })],
    ['fill/typing/shown', typing(shipped, { background: true }, { leastChance: LEAST_SHOWN })],
    ['fill/no-cache', whole(uncached)],
    ['fill/one-token-per-step', whole(shipped, { threshold: 0 })],
  ]);
  if (fp32) rows.set('fill/fp32', whole(fp32));
  const untilFirstStep = async (place: CutLine): Promise<Measured> => {
    const { contextMs, forwards } = await contextAndStep(shipped, place);
    return { ms: contextMs, forwards };
  };
  rows.set('context', untilFirstStep);
  rows.set('step', async (place) => {
    const { stepMs, forwards } = await contextAndStep(shipped, place);
    return { ms: stepMs, forwards };
  });
  for (const tokens of [128, 256, 512, 1024]) {
    if (tokens > shipped.info.windowRows) continue;
    // A full window holds the hole too: a context of all of it is what is left.
    const kept = Math.min(tokens, shipped.info.windowRows - SHORT_HOLE - 1);
    rows.set(`context/${tokens}`, async (place) => untilFirstStep(await shortened(shipped, place, kept)));
  }
  for (const tokens of [4, 16, 64]) rows.set(`hole/${tokens}`, whole(shipped, hole(tokens)));
  for (const candidates of [1, 2, 4, 8]) {
    rows.set(`candidates/${candidates}`, whole(shipped, { ...hole(SHORT_HOLE), candidates }));
  }
  return rows;
}

/** A fill after a key: the context was read as a whole before the last character of the prefix was typed. */
function typing(engine: Engine, options: RunOptions, more: Partial<FillRequest> = {}): Measure {
  return async (place) => {
    const request = { ...place, ...more, keptContext: 'bench' };
    await engine.readContext({ ...request, prefix: place.prefix.slice(0, -1) }, options);
    return timed(engine, request, options);
  };
}

/** A fill of eight tokens: milliseconds until its first step is there, and of each one after it. */
export async function contextAndStep(
  engine: Engine,
  place: CutLine,
): Promise<{ readonly contextMs: number; readonly stepMs: number; readonly forwards: number }> {
  const { first, last } = await run(engine, { ...place, holes: [{ tokens: SHORT_HOLE }] });
  const stepMs = (last.ms - first.ms) / Math.max(1, last.index);
  return { contextMs: first.ms, stepMs, forwards: last.forwards };
}

async function timed(engine: Engine, request: FillRequest, options: RunOptions): Promise<Measured> {
  const started = performance.now();
  const { last } = await run(engine, request, options);
  return { ms: performance.now() - started, forwards: last.forwards };
}

async function run(
  engine: Engine,
  request: FillRequest,
  options: RunOptions = {},
): Promise<{ first: Step; last: Step }> {
  let first: Step | undefined;
  let last: Step | undefined;
  for await (const step of engine.fill(request, options)) {
    first ??= step;
    last = step;
  }
  if (!first || !last) throw new Error('the engine ended a request without a step');
  return { first, last };
}
