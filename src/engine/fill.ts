import type { FillRequest, HoleRequest, Step } from './api';
import { Canvas } from './diffusion/canvas';
import { EngineError } from './errors';
import { guessLengths } from './length';
import type { Window } from './model/bundle-config';
import { checkFillRequest, DEFAULT_MAX_TOKENS } from './request';
import { throwIfCancelled, unmask, type Run, type Runtime } from './runtime';
import { encodeContext } from './text/context-window';
import { layOut, reservedFor, type Layout } from './text/layout';
import { lineEndingOf, toLf } from './text/line-endings';

/** A hole's length where it is known, and the most it may become. */
export interface HoleLength {
  readonly tokens: number | undefined;
  readonly limit: number;
}

/** Fills the holes of a request; see `Engine.fill`. */
export async function* fill(
  runtime: Runtime,
  request: FillRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Step, void, undefined> {
  const started = performance.now();
  const forwardsBefore = runtime.predictor.forwards;
  const settings = checkFillRequest(request);
  const lengths = holeLengths(runtime, request);
  const layout = layOutRequest(runtime, request, lengths);
  throwIfCancelled(signal);

  const cache = await runtime.predictor.readContext({ ids: layout.ids, positions: layout.positions });
  try {
    const { prefix, between = [], suffix } = request;
    const ending = lineEndingOf([prefix, ...between, suffix]);
    const run: Run = { layout, cache, settings, ending, started, forwardsBefore, signal };
    const canvas = new Canvas(await guessLengths(runtime, run, lengths));
    yield* unmask(runtime, run, canvas);
  } finally {
    cache.release();
  }
}

function holeLengths({ tokenizer }: Runtime, request: FillRequest): HoleLength[] {
  const unknown: readonly HoleRequest[] = Array.from(
    { length: (request.between?.length ?? 0) + 1 },
    () => ({}),
  );
  return (request.holes ?? unknown).map(({ tokens, replaced }) => {
    const known = tokens ?? (replaced ? tokenizer.encode(toLf(replaced)).length : undefined);
    return { tokens: known, limit: known ?? request.maxTokens ?? DEFAULT_MAX_TOKENS };
  });
}

/** @throws EngineError `region-too-large` */
export function layOutRequest(
  { config, tokenizer }: Runtime,
  request: Pick<FillRequest, 'path' | 'prefix' | 'between' | 'suffix'>,
  lengths: readonly HoleLength[],
): Layout {
  const { window } = config;
  const reserved = lengths.map(({ limit }) => reservedOrThrow(limit, window));
  const rowsLeft = window.rows - lengths.reduce((sum, { limit }) => sum + limit + 1, 0);
  const positionsLeft = window.positions - reserved.reduce((sum, size) => sum + size, 0);
  const budget = Math.min(rowsLeft, positionsLeft);
  if (budget < 0) {
    throw new EngineError(
      'region-too-large',
      `The ${lengths.length} regions together need more than the model's window of ${window.rows} tokens. Fill fewer or smaller regions at a time.`,
    );
  }
  const text = {
    path: request.path,
    prefix: toLf(request.prefix),
    between: (request.between ?? []).map(toLf),
    suffix: toLf(request.suffix),
  };
  const segments = encodeContext((part) => tokenizer.encode(part), text, budget);
  if (!segments) {
    throw new EngineError(
      'region-too-large',
      `The text between the regions does not fit into the model's window of ${window.rows} tokens. Fill regions that are closer together, or one at a time.`,
    );
  }
  return layOut(segments, reserved);
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
