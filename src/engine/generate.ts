import type { GenerateRequest, Step } from './api';
import { EngineError } from './errors';
import { checkGenerateRequest } from './request';
import type { Runtime } from './runtime';
import { layOutNothing } from './text/layout';
import { unmask } from './unmask';

/** Generates text from nothing: everything is one hole, which is LLaDA itself; see `Engine.generate`. */
export async function* generate(
  runtime: Runtime,
  request: GenerateRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Step, void, undefined> {
  const started = performance.now();
  const forwardsBefore = runtime.predictor.forwards;
  const settings = checkGenerateRequest(request, runtime.tokenizer);
  const { rows } = runtime.config.window;
  if (request.tokens > rows) {
    throw new EngineError(
      'region-too-large',
      `The model generates at most ${rows} tokens at once, not ${request.tokens}. Ask for fewer tokens.`,
    );
  }
  const layout = layOutNothing();
  const cache = await runtime.predictor.readContext({ ids: layout.ids, positions: layout.positions });
  try {
    const run = { layout, cache, settings, ending: '\n' as const, started, forwardsBefore, signal };
    const cells = Array.from({ length: request.tokens }, () => ({}));
    yield* unmask(runtime, run, [[cells]], [request.tokens]);
  } finally {
    cache.release();
  }
}
