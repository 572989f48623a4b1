import fc from 'fast-check';
import type { FillRequest, GenerateRequest, Step } from '../../../src/engine/index';
import type { Runtime } from '../../../src/engine/model/runtime/runtime';
import { fill } from '../../../src/engine/requests/fill';
import { generate } from '../../../src/engine/requests/generate';
import { RequestPredictor } from '../../../src/engine/requests/sharing/request-predictor';
import type { SharedSteps } from '../../../src/engine/requests/sharing/shared-steps';

/** A request of either kind, and how many turns of the event loop after the first it comes. */
export interface Timed {
  readonly fill?: FillRequest | undefined;
  readonly generate?: GenerateRequest | undefined;
  readonly after: number;
}

/** A turn of the event loop, in which everybody gets on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The runtime as one of several requests has it. */
export function runtimeOf(
  runtime: Runtime,
  steps: SharedSteps,
  session: string,
  signal?: AbortSignal,
): Runtime {
  return { ...runtime, predictor: new RequestPredictor(steps, { session, signal }) };
}

/** All steps of a request, but for the time they took. */
export async function stepsOf(runtime: Runtime, request: Timed, signal?: AbortSignal): Promise<Step[]> {
  const steps: Step[] = [];
  const all = request.fill
    ? fill(runtime, request.fill, signal)
    : generate(runtime, request.generate!, signal);
  for await (const step of all) {
    steps.push({ ...step, ms: 0 });
    await turn();
  }
  return steps;
}

const TEXT = fc.string({ unit: 'grapheme-ascii', maxLength: 120 });
const HOLE = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 1, max: 12 }).map((tokens) => ({ tokens })),
  fc.tuple(fc.integer({ min: 1, max: 4 }), TEXT).map(([masks, kept]) => ({
    parts: [{ masks }, kept.slice(0, 8), { masks: 2 }],
  })),
);
const OPTIONS = fc.record({
  sampling: fc.constantFrom('greedy' as const, 'greedy' as const, 'multinomial' as const),
  threshold: fc.constantFrom(0, 0.9),
  remasking: fc.constantFrom('none' as const, 'none' as const, 'revoke' as const),
  alternatives: fc.constantFrom(0, 0, 9),
  bannedTokens: fc.constantFrom([], [], [40, 41, 42]),
  seed: fc.nat(),
});
const FILLING = fc
  .record({ prefix: TEXT, suffix: TEXT, between: fc.array(TEXT, { maxLength: 1 }) })
  .chain((around) =>
    fc.record({
      around: fc.constant(around),
      holes: fc.array(HOLE, { minLength: around.between.length + 1, maxLength: around.between.length + 1 }),
      candidates: fc.constantFrom(1, 1, 1, 2, 3),
      guidance: fc.constantFrom(0, 0, 0, 1),
      options: OPTIONS,
    }),
  )
  .map(({ around, options: chosen, ...rest }): FillRequest => ({
    ...around,
    ...rest,
    ...chosen,
    maxTokens: 16,
  }));
const GENERATION = fc
  .record({ tokens: fc.integer({ min: 1, max: 16 }), options: OPTIONS })
  .map(({ tokens, options: chosen }): GenerateRequest => ({ tokens, ...chosen }));

/** Requests of all kinds that come within a few steps of each other. */
export const REQUESTS_AT_ONCE = fc.array(
  fc
    .record({
      request: fc.oneof(
        { weight: 4, arbitrary: FILLING.map((request) => ({ fill: request })) },
        { weight: 1, arbitrary: GENERATION.map((request) => ({ generate: request })) },
      ),
      after: fc.integer({ min: 0, max: 12 }),
    })
    .map(({ request, after }): Timed => ({ ...request, after })),
  { minLength: 2, maxLength: 6 },
);
