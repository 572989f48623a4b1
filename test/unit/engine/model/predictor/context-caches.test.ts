import assert from 'node:assert/strict';
import path from 'node:path';
import { readBundle } from '../../../../../src/engine/model/bundle/read-bundle';
import { RecentContexts, UncachedContexts } from '../../../../../src/engine/model/predictor/context-caches';
import type {
  MaskPredictor,
  PredictorContext,
  PredictorRows,
} from '../../../../../src/engine/model/predictor/mask-predictor';
import { NODE_MACHINE } from '../../../../../src/engine/model/runtime/node-machine';
import { openSession } from '../../../../../src/engine/model/runtime/sessions';
import { temporaryFolder, writeTinyBundle } from '../../../../../scripts/tiny-bundle/tiny-bundle';

function context(length: number, first = 7, shift = 0): PredictorContext {
  return {
    ids: Int32Array.from({ length }, (_, i) => first + i),
    positions: Int32Array.from({ length }, (_, i) => i + shift),
  };
}
const ROWS: PredictorRows = {
  ids: Int32Array.of(1, 1, 4),
  positions: Int32Array.of(60, 61, 62),
  wanted: Int32Array.of(0, 1),
};

describe('context caches', () => {
  let inner: MaskPredictor;
  let recent: RecentContexts;

  before(async () => {
    const folder = path.join(temporaryFolder(), 'tiny');
    await writeTinyBundle(folder, 'f32');
    inner = await openSession(await readBundle(folder), NODE_MACHINE, 'cpu', 1);
  });
  beforeEach(() => (recent = new RecentContexts(inner, 2)));
  after(() => inner.dispose());

  /** Forwards that reading takes; what is read is put back. */
  async function cost(wanted: PredictorContext): Promise<number> {
    const before = inner.forwards;
    (await recent.readContext(wanted)).release();
    return inner.forwards - before;
  }

  it('a context that has not changed is not read again', async () => {
    assert.deepEqual([await cost(context(20)), await cost(context(20))], [1, 0]);
  });

  it('one with another token, position or length is', async () => {
    assert.equal(await cost(context(20)), 1);
    for (const other of [context(20, 8), context(20, 7, 1), context(19), context(21)]) {
      assert.equal(await cost(other), 1);
    }
  });

  it('as many as wished are kept when nobody uses them, the oldest goes first', async () => {
    for (const length of [10, 11, 12]) assert.equal(await cost(context(length)), 1);
    assert.deepEqual([await cost(context(12)), await cost(context(11)), await cost(context(10))], [0, 0, 1]);
  });

  it('gives the same logits as reading anew, also while others come and go', async () => {
    const held = await recent.readContext(context(30));
    for (const length of [10, 11, 12, 13]) await cost(context(length));
    const again = await recent.readContext(context(30));
    held.release();
    const kept = await recent.predict(again, ROWS);
    const uncached = new UncachedContexts(inner);
    const before = inner.forwards;
    assert.deepEqual(await uncached.predict(await uncached.readContext(context(30)), ROWS), kept);
    assert.equal(inner.forwards - before, 2);
    again.release();
    assert.throws(() => recent.predict(again, ROWS), { code: 'internal' });
  });
});
