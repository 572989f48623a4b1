import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FillRequest } from '../../../../../src/engine/index';
import { readBundle } from '../../../../../src/engine/model/bundle/read-bundle';
import type { WeightPrecision } from '../../../../../src/engine/model/graph/architecture';
import { NODE_MACHINE } from '../../../../../src/engine/model/runtime/node-machine';
import type { Runtime } from '../../../../../src/engine/model/runtime/runtime';
import { openSession } from '../../../../../src/engine/model/runtime/sessions';
import { SharedSteps } from '../../../../../src/engine/requests/sharing/shared-steps';
import { temporaryFolder, writeTinyBundle } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { REQUESTS_AT_ONCE, runtimeOf, stepsOf, turn, type Timed } from '../../../../support/engine/sharing';

/** Fewer than there are requests at once: they take turns. */
const CONTEXTS = 3;
/** Of the canvas of `FILL`: its masks and `[END]`. */
const ROWS = 9;
const FILL: FillRequest = { prefix: 'const a = ', suffix: ';\n', holes: [{ tokens: 8 }], threshold: 0 };

/** Without memory of the contexts read last, which would spare one or the other its forward. */
async function openRuntime(precision: WeightPrecision, threads: number): Promise<Runtime> {
  const folder = temporaryFolder();
  await writeTinyBundle(folder, precision);
  const bundle = await readBundle(folder);
  const predictor = await openSession(bundle, NODE_MACHINE, 'cpu', threads);
  await predictor.share(CONTEXTS);
  return { config: bundle.config, tokenizer: bundle.tokenizer, predictor };
}

/** All steps of all requests, which come one after another while others run. */
function atOnce(runtime: Runtime, steps: SharedSteps, requests: readonly Timed[]): Promise<unknown[][]> {
  return Promise.all(
    requests.map(async (request, i) => {
      for (let n = 0; n < request.after; n++) await turn();
      return stepsOf(runtimeOf(runtime, steps, `session ${i % 2}`), request);
    }),
  );
}

describe('steps of several requests in one forward', function () {
  this.timeout(120_000);

  const forms = [
    ['int8', 1],
    ['int8', 2],
    ['int8-blocks', 1],
    ['f32', 2],
    ['f16', 1],
  ] as const;
  for (const [precision, threads] of forms) {
    it(`give each to the bit what it gets alone (${precision}, threads: ${threads})`, async () => {
      const runtime = await openRuntime(precision, threads);
      const steps = new SharedSteps(runtime.predictor, turn);
      await fc.assert(
        fc.asyncProperty(REQUESTS_AT_ONCE, async (requests) => {
          const alone: unknown[] = [];
          for (const request of requests) alone.push(await stepsOf(runtime, request));
          assert.deepEqual(await atOnce(runtime, steps, requests), alone);
        }),
        { numRuns: 4, seed: 2 },
      );
      const { steps: forwards, contexts } = steps.work;
      assert.ok(contexts > 1.2 * forwards, `${contexts} contexts in ${forwards} forwards`);
      await runtime.predictor.dispose();
    });
  }

  describe('of one model', () => {
    let runtime: Runtime;
    let alone: unknown[];
    before(async () => {
      runtime = await openRuntime('int8', 1);
      alone = await stepsOf(runtime, { fill: FILL, after: 0 });
    });
    after(() => runtime.predictor.dispose());

    it('take as many forwards as one of them, and one each to read the contexts', async () => {
      const steps = new SharedSteps(runtime.predictor, turn);
      const before = runtime.predictor.forwards;
      const requests = Array.from({ length: CONTEXTS }, (): Timed => ({ fill: FILL, after: 0 }));
      await atOnce(runtime, steps, requests);
      // They begin as their contexts are read, one in each turn; the first of the steps reported needs no forward.
      const own = alone.length - 1;
      const turns = own + CONTEXTS - 1;
      assert.equal(runtime.predictor.forwards - before, CONTEXTS + turns);
      assert.deepEqual(steps.work, { steps: turns, contexts: CONTEXTS * own, rows: CONTEXTS * own * ROWS });
    });

    it('go on without one that is cancelled in their midst, whatever it waits for', async () => {
      for (const cancelledAfter of [0, 3, 12]) {
        const steps = new SharedSteps(runtime.predictor, turn);
        const abort = new AbortController();
        const request = { fill: FILL, after: 0 };
        const cancelled = stepsOf(
          runtimeOf(runtime, steps, 'a', abort.signal),
          { fill: { ...FILL, holes: [{ tokens: 30 }] }, after: 0 },
          abort.signal,
        );
        const others = [0, 1].map(() => stepsOf(runtimeOf(runtime, steps, 'a'), request));
        for (let n = 0; n < cancelledAfter; n++) await turn();
        abort.abort();
        await assert.rejects(cancelled, { code: 'cancelled' });
        assert.deepEqual(await Promise.all(others), [alone, alone]);
        const { contexts } = steps.work;
        assert.ok(contexts <= 2 * (alone.length - 1) + cancelledAfter, `${contexts} parts of forwards`);
      }
    });

    it('go on where one asks for what the network cannot be given, which alone fails', async () => {
      const steps = new SharedSteps(runtime.predictor, turn);
      const { predictor } = runtimeOf(runtime, steps, 'wrong');
      const cache = await predictor.readContext({ ids: Int32Array.of(9), positions: Int32Array.of(0) });
      const others = [0, 1].map(() => stepsOf(runtimeOf(runtime, steps, 'right'), { fill: FILL, after: 0 }));
      const outside = Int32Array.of(runtime.predictor.vocabulary, 9);
      const wrong = { ids: outside, positions: Int32Array.of(1, 2), wanted: Int32Array.of(0) };
      for (let i = 0; i < 4; i++) await assert.rejects(predictor.predict(cache, wrong), /Token id/);
      assert.deepEqual(await Promise.all(others), [alone, alone]);
      cache.release();
    });

    it('come in turn, session by session: one with many keeps none with few waiting', async () => {
      const steps = new SharedSteps(runtime.predictor, turn);
      const ended: string[] = [];
      const run = async (session: string, i: number): Promise<void> => {
        assert.deepEqual(await stepsOf(runtimeOf(runtime, steps, session), { fill: FILL, after: 0 }), alone);
        ended.push(`${session}${i}`);
      };
      const many = Array.from({ length: 9 }, (_, i) => run('many', i));
      await turn();
      const few = run('few', 0);
      await Promise.all([...many, few]);
      assert.ok(ended.indexOf('few0') < 4, ended.join(' '));
    });
  });
});
