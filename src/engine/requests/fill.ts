import type { ContextRead } from '../contract/answers';
import type { FillRequest, HoleRequest } from '../contract/requests';
import type { Step } from '../contract/steps';
import { EngineError } from '../contract/errors';
import type { Window } from '../text/window';
import type { ContextRoom, LentContext } from '../model/predictor/kept-contexts';
import type { Runtime } from '../model/runtime/runtime';
import { encodeContext, type ContextText } from '../text/context-window';
import { layOut, reservedFor, type Layout } from '../text/layout';
import { lineEndingOf, toLf } from '../text/line-endings';
import { isOpen, planHole, type HolePlan } from './unmasking/hole-plan';
import { KnownLogits } from './unmasking/known-logits';
import { beginningsOf } from './unmasking/starts';
import { checkFillRequest, DEFAULT_MAX_TOKENS } from './check-request';
import { readContext, throwIfCancelled, type RunningRequest } from './running-request';
import type { ReverseProcessSettings } from './settings';
import { unmask } from './unmasking/unmask';

/** Fills the holes of a request; see `Engine.fill`. */
export async function* fill(
  runtime: Runtime,
  request: FillRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Step, void, undefined> {
  const started = performance.now();
  const forwardsBefore = runtime.predictor.forwards;
  const settings = checkFillRequest(request, runtime);
  const plans = planHoles(runtime, request);
  const limits = plans.map(({ limit }) => limit);
  throwIfCancelled(signal);

  const { prefix, between = [], suffix } = request;
  const ending = lineEndingOf([prefix, ...between, suffix]);
  const keptSteps = settings.exact ? 0 : undefined;
  const { layout, cache, release } = await contextOf(runtime, request, limits, keptSteps);
  const unguided =
    settings.guidance > 0 ? await readContext(runtime, withoutContext(layout), keptSteps) : undefined;
  try {
    const guidance =
      unguided && layout.ids.length > 0 ? { ...unguided, scale: settings.guidance } : undefined;
    const run: RunningRequest = {
      layout,
      cache,
      unguided: guidance,
      settings,
      // An imported model's own loop may delete all that there is.
      allowBlank: request.allowBlank ?? (settings.decoding !== 'llada' || !plans.every(isOpen)),
      ending,
      started,
      forwardsBefore,
      signal,
    };
    const known = new KnownLogits();
    const texts = [prefix, ...between, suffix].map(toLf);
    const drafts = takesDrafts(runtime, request, settings);
    // Chances are fitted on holes of which nothing is known, and who says how many steps means those of one.
    const tellsChances = plans.every(isOpen) && settings.steps === undefined;
    const asked = request.patience && !tellsChances ? { ...request, candidates: 1 } : request;
    const several = asked.starts !== undefined || (asked.candidates ?? 1) > 1;
    const beginnings = await beginningsOf(runtime, run, plans, asked, { texts, drafts }, known);
    yield* unmask(runtime, run, beginnings, { ...request, limits, texts, several }, known);
  } finally {
    release();
    unguided?.cache.release();
  }
}

/**
 * Reads the whole context of a request that is kept while somebody types, unless nothing has changed since that was done.
 *
 * @throws EngineError `bad-request`, `region-too-large` or `cancelled`
 */
export async function readWholeContext(
  runtime: Runtime,
  request: FillRequest,
  signal: AbortSignal | undefined,
): Promise<ContextRead> {
  const started = performance.now();
  const before = runtime.predictor.forwards;
  checkFillRequest(request, runtime);
  const limits = planHoles(runtime, request).map(({ limit }) => limit);
  throwIfCancelled(signal);
  const { keptContext } = request;
  if (keptContext !== undefined) {
    const lent = await runtime.kept?.read(keptContext, textOf(runtime, request), roomFor(runtime, limits), {
      whole: true,
    });
    lent?.release();
  }
  return { forwards: runtime.predictor.forwards - before, ms: performance.now() - started };
}

async function contextOf(
  runtime: Runtime,
  request: FillRequest,
  limits: readonly number[],
  keptSteps: number | undefined,
): Promise<LentContext> {
  const { keptContext } = request;
  if (keptContext !== undefined) {
    const lent = await runtime.kept?.read(keptContext, textOf(runtime, request), roomFor(runtime, limits));
    if (lent) return lent;
  }
  const read = await readContext(runtime, layOutRequest(runtime, request, limits), keptSteps);
  return { ...read, release: () => read.cache.release() };
}

/** A draft is many tokens at once, for good: it has no place where they are counted, drawn or taken back. */
function takesDrafts(
  { config }: Runtime,
  { drafts }: FillRequest,
  { decoding, sampling, steps, threshold, order, remasking }: ReverseProcessSettings,
): boolean {
  if (decoding !== 'llada') return drafts ?? false;
  const severalAtOnce = steps === undefined && threshold > 0 && order !== 'ancestral' && remasking === 'none';
  return drafts ?? (config.learned.expand && sampling.kind === 'greedy' && severalAtOnce);
}

/** The same holes with nothing around them, as the model was trained to see them now and then. */
function withoutContext({ reserved }: Layout): Layout {
  return layOut(
    Array.from({ length: reserved.length + 1 }, () => []),
    reserved,
  );
}

function planHoles({ config, tokenizer }: Runtime, request: FillRequest): HolePlan[] {
  const unknown: readonly HoleRequest[] = Array.from(
    { length: (request.between?.length ?? 0) + 1 },
    () => ({}),
  );
  const { holes = unknown, maxTokens = DEFAULT_MAX_TOKENS } = request;
  return holes.map((hole) =>
    planHole(hole, { maxTokens, elastic: config.learned.expand }, (text) => tokenizer.encode(text)),
  );
}

/** @throws EngineError `region-too-large` */
export function layOutRequest(
  runtime: Runtime,
  request: Pick<FillRequest, 'path' | 'prefix' | 'between' | 'suffix'>,
  limits: readonly number[],
): Layout {
  const { config, tokenizer } = runtime;
  const { budget, reserved } = roomFor(runtime, limits);
  const segments = encodeContext((part) => tokenizer.encode(part), textOf(runtime, request), budget);
  if (!segments) {
    throw new EngineError(
      'region-too-large',
      limits.length > 1
        ? `The text between the regions does not fit into the model's window of ${config.window.rows} tokens. Fill regions that are closer together, or one at a time.`
        : `Beside the region, the path “${request.path ?? ''}” does not fit into the model's window of ${config.window.rows} tokens. Select a smaller region, or shorten the path.`,
    );
  }
  return layOut(segments, reserved);
}

/** @throws EngineError `region-too-large` */
function roomFor({ config: { window } }: Pick<Runtime, 'config'>, limits: readonly number[]): ContextRoom {
  const reserved = limits.map((limit) => reservedOrThrow(limit, window));
  const rowsLeft = window.rows - limits.reduce((sum, limit) => sum + limit + 1, 0);
  const positionsLeft = window.positions - reserved.reduce((sum, size) => sum + size, 0);
  const budget = Math.min(rowsLeft, positionsLeft);
  if (budget < 0) {
    throw new EngineError(
      'region-too-large',
      `The ${limits.length} regions together need more than the model's window of ${window.rows} tokens. Fill fewer or smaller regions at a time.`,
    );
  }
  return { budget, reserved };
}

function textOf(
  { config }: Pick<Runtime, 'config'>,
  request: Pick<FillRequest, 'path' | 'prefix' | 'between' | 'suffix'>,
): ContextText {
  return {
    path: config.readsPaths === false ? undefined : request.path,
    prefix: toLf(request.prefix),
    between: (request.between ?? []).map(toLf),
    suffix: toLf(request.suffix),
  };
}

function reservedOrThrow(limit: number, window: Window): number {
  const largest = Math.min(Math.max(...window.reserved), window.rows) - 1;
  const reserved = reservedFor(limit, window);
  if (reserved === undefined || limit > largest) {
    throw new EngineError(
      'region-too-large',
      `The region is ${limit} tokens long and the model fills at most ${largest} at once. Select a smaller region.`,
    );
  }
  return reserved;
}
