import type { GenerateRequest } from '../contract/requests';
import type { Step } from '../contract/steps';
import { EngineError } from '../contract/errors';
import type { Runtime } from '../model/runtime/runtime';
import { layOutNothing } from '../text/layout';
import { cellsOf, planHole } from './unmasking/hole-plan';
import { checkGenerateRequest } from './check-request';
import { readContext } from './running-request';
import { unmask } from './unmasking/unmask';

/** Generates text from nothing: everything is one hole, which is LLaDA itself; see `Engine.generate`. */
export async function* generate(
  runtime: Runtime,
  request: GenerateRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Step, void, undefined> {
  const started = performance.now();
  const forwardsBefore = runtime.predictor.forwards;
  const settings = checkGenerateRequest(request, runtime);
  const { rows } = runtime.config.window;
  const plan = planHole(request, { maxTokens: request.tokens, elastic: false }, (text) =>
    runtime.tokenizer.encode(text),
  );
  if (plan.limit > rows) {
    throw new EngineError(
      'region-too-large',
      `The model generates at most ${rows} tokens at once, not ${plan.limit}. Ask for fewer tokens.`,
    );
  }
  const layout = layOutNothing();
  const context = await readContext(runtime, layout);
  try {
    const run = {
      ...context,
      settings,
      allowBlank: true,
      ending: '\n' as const,
      started,
      forwardsBefore,
      signal,
    };
    yield* unmask(runtime, run, [{ names: ['usual'], holes: [cellsOf(plan, [])] }], { limits: [plan.limit] });
  } finally {
    context.cache.release();
  }
}
