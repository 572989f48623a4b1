import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import type { FillRequest } from '../../../../src/engine/index';
import { fill } from '../../../../src/engine/requests/fill';
import { loadRuntime } from '../../../../src/engine/model/runtime/load-from-folder';
import type {
  ContextCache,
  MaskPredictor,
  PredictorContext,
  PredictorRows,
} from '../../../../src/engine/model/predictor/mask-predictor';
import type { Runtime } from '../../../../src/engine/model/runtime/runtime';
import { temporaryFolder, writeTinyBundle } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { TINY } from '../../../../scripts/tiny-bundle/tiny-network';
import { allSteps } from '../../../support/engine/tiny-runtime';

/** Computes every answer a second time without the cache: context and holes as rows of one run, one attention rule. */
class Checking implements MaskPredictor {
  largestDifference = 0;
  answers = 0;
  readonly #contexts = new Map<ContextCache, PredictorContext>();

  constructor(
    private readonly cached: MaskPredictor,
    private readonly session: ort.InferenceSession,
  ) {}

  get vocabulary(): number {
    return this.cached.vocabulary;
  }

  get forwards(): number {
    return this.cached.forwards;
  }

  async readContext(context: PredictorContext): Promise<ContextCache> {
    const cache = await this.cached.readContext(context);
    this.#contexts.set(cache, context);
    return cache;
  }

  async predict(cache: ContextCache, rows: PredictorRows): Promise<Float32Array> {
    const logits = await this.cached.predict(cache, rows);
    const again = await this.#uncached(this.#contexts.get(cache)!, rows);
    assert.equal(again.length, logits.length);
    again.forEach((value, i) => {
      this.largestDifference = Math.max(this.largestDifference, Math.abs(value - logits[i]!));
    });
    this.answers++;
    return logits;
  }

  async #uncached(context: PredictorContext, rows: PredictorRows): Promise<Float32Array> {
    const first = context.ids.length;
    const count = first + rows.ids.length;
    // One past row that nobody sees stands for the cache that is not there.
    const bias = new Float32Array(count * (1 + count)).fill(-1e4);
    for (let row = 0; row < count; row++) {
      for (let other = 0; other < count; other++) {
        const sees =
          other < first || (row >= first && rows.canvases?.[row - first] === rows.canvases?.[other - first]);
        if (sees) bias[row * (1 + count) + 1 + other] = 0;
      }
    }
    const past = Array.from({ length: TINY.layers }, (_, layer) => [`past_k_${layer}`, `past_v_${layer}`]);
    const nothing = new ort.Tensor('float32', new Float32Array(TINY.heads * TINY.headWidth), [
      1,
      TINY.heads,
      1,
      TINY.headWidth,
    ]);
    const join = (a: Int32Array, b: Int32Array): Int32Array => Int32Array.from([...a, ...b]);
    const { logits } = await this.session.run(
      {
        ids: new ort.Tensor('int32', join(context.ids, rows.ids), [1, count]),
        positions: new ort.Tensor('int32', join(context.positions, rows.positions), [1, count]),
        rows: new ort.Tensor(
          'int32',
          rows.wanted.map((row) => first + row),
          [rows.wanted.length],
        ),
        bias: new ort.Tensor('float32', bias, [1, 1, count, 1 + count]),
        ...Object.fromEntries(past.flat().map((name) => [name, nothing])),
      },
      ['logits'],
    );
    return logits!.data as Float32Array;
  }

  async dispose(): Promise<void> {
    await this.session.release();
    await this.cached.dispose();
  }
}

const TEXT = fc.string({ unit: 'grapheme-ascii', maxLength: 80 });
const HOLE = fc.oneof(
  fc.integer({ min: 1, max: 9 }).map((tokens) => ({ tokens })),
  fc.tuple(fc.integer({ min: 1, max: 4 }), TEXT).map(([masks, kept]) => ({
    parts: [{ masks }, kept.slice(0, 8), { masks: 2 }],
  })),
);
const REQUEST = fc
  .record({
    prefix: TEXT,
    suffix: TEXT,
    between: fc.array(TEXT, { maxLength: 2 }),
    path: fc.constant('a/b.ts'),
  })
  .chain((around) =>
    fc.record({
      around: fc.constant(around),
      holes: fc.array(HOLE, { minLength: around.between.length + 1, maxLength: around.between.length + 1 }),
      candidates: fc.integer({ min: 1, max: 3 }),
      guidance: fc.constantFrom(0, 0, 1),
      seed: fc.nat(),
    }),
  )
  .map(({ around, ...rest }): FillRequest => ({
    ...around,
    ...rest,
    sampling: 'multinomial',
    temperature: 3,
  }));

describe('the context cache', function () {
  this.timeout(60_000);
  let runtime: Runtime;
  let checking: Checking;
  before(async () => {
    const folder = temporaryFolder();
    await writeTinyBundle(folder, 'f32');
    const loaded = await loadRuntime(folder, { provider: 'cpu', threads: 1 });
    const session = await ort.InferenceSession.create(path.join(folder, 'model.onnx'));
    checking = new Checking(loaded.runtime.predictor, session);
    runtime = { ...loaded.runtime, predictor: checking };
  });
  after(() => checking.dispose());

  it('changes no logit by more than 1e-4, in any step of any request', async () => {
    await fc.assert(
      fc.asyncProperty(REQUEST, async (drawn) => {
        const steps = await allSteps(fill(runtime, drawn, undefined));
        assert.ok(steps.at(-1)!.done);
      }),
      { numRuns: 30, seed: 1 },
    );
    assert.ok(checking.answers > 100);
    assert.ok(checking.largestDifference <= 1e-4, `largest difference ${checking.largestDifference}`);
    if (process.env['SHOW_FIGURES']) console.log(checking.answers, checking.largestDifference);
  });
});
