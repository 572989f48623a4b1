import assert from 'node:assert/strict';
import {
  learningRate,
  SCHEDULE_SHAPES,
  type Schedule,
} from '../../../../../scripts/train/settings/learning-rate';

const SCHEDULE: Schedule = { shape: 'wsd', peak: 2, warmup: 10, still: 5, decay: 0.2, floor: 0.1 };
function rates(shape: Schedule['shape']): number[] {
  return Array.from({ length: 100 }, (_, i) => learningRate(i + 1, 100, { ...SCHEDULE, shape }));
}

describe('the learning rate', () => {
  for (const shape of SCHEDULE_SHAPES) {
    it(`${shape}: stands still, warms up to the peak, never rises again, ends at its floor`, () => {
      const all = rates(shape);
      assert.deepEqual(all.slice(0, 5), [0, 0, 0, 0, 0]);
      assert.ok(Math.abs(all[9]! - 1) < 1e-12);
      assert.equal(all[14], 2);
      for (let i = 15; i < 100; i++) assert.ok(all[i]! <= all[i - 1]! && all[i]! > 0);
      assert.ok(Math.abs(all[99]! - (shape === 'constant' ? 2 : 0.2)) < 1e-12);
    });
  }

  it('wsd is constant until its decay phase', () => {
    const all = rates('wsd');
    assert.ok(all.slice(14, 80).every((rate) => rate === 2));
    assert.ok(all[80]! < 2);
  });

  it('linear falls by the same amount at each step, the cosine passes its middle halfway', () => {
    const linear = rates('linear');
    assert.ok(Math.abs(linear[50]! - linear[51]! - (linear[90]! - linear[91]!)) < 1e-12);
    assert.ok(Math.abs(learningRate(57, 99, { ...SCHEDULE, shape: 'cosine' }) - 1.1) < 1e-12);
  });
});
