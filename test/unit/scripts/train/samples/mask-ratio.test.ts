import assert from 'node:assert/strict';
import {
  MASK_RATIO_DRAWS,
  maskRatio,
  meanOfPower,
  normalQuantile,
} from '../../../../../scripts/train/samples/mask-ratio';

/** The standard normal distribution function, by Simpson's rule from 0. */
function normalDistribution(z: number): number {
  const parts = 2000;
  const density = (x: number): number => Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(z);
  for (let i = 1; i < parts; i++) sum += (i % 2 === 1 ? 4 : 2) * density((i / parts) * z);
  return 0.5 + (sum * z) / (3 * parts);
}

describe('draws of the mask ratio', () => {
  const strata = (count: number, offset: number): number[] =>
    Array.from({ length: count }, (_, i) => (i + offset) / count);

  it('turn probabilities into normal quantiles', () => {
    for (const p of [1e-9, 1e-4, 0.02, 0.075, 0.3, 0.5, 0.7, 0.925, 0.99, 0.9999]) {
      const z = normalQuantile(p);
      assert.ok(Math.abs(normalDistribution(z) - p) < 2e-7, `${p}: ${z}`);
    }
    assert.deepEqual([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)], [-Infinity, 0, Infinity]);
    // Far out, where the integral has no digits left: the tail of 6 and 7 deviations.
    assert.ok(Math.abs(normalQuantile(9.8658764503769e-10) + 6) < 1e-5);
    assert.ok(Math.abs(normalQuantile(1.279812543886e-12) + 7) < 1e-5);
  });

  it('have logits that are normal around 0.5, one sample of a batch in each of their equal parts', () => {
    const draw = MASK_RATIO_DRAWS['logit-normal'];
    const ts = strata(64, 0.37).map((u) => maskRatio(draw, u));
    ts.forEach((t, i) => {
      const part = normalDistribution(Math.log(t / (1 - t)) - draw.mean);
      if (t > draw.least) assert.equal(Math.floor(64 * part), i);
    });
    const logits = strata(5000, 0.5)
      .map((u) => maskRatio(draw, u))
      .map((t) => Math.log(t / (1 - t)));
    const mean = logits.reduce((sum, z) => sum + z, 0) / logits.length;
    const variance = logits.reduce((sum, z) => sum + (z - mean) ** 2, 0) / logits.length;
    // Fewer than one of a thousand is cut at the least ratio.
    assert.ok(Math.abs(mean - 0.5) < 0.01 && Math.abs(variance - 1) < 0.02, `${mean}, ${variance}`);
    assert.equal(maskRatio(draw, 0), draw.least);
    assert.ok(maskRatio(draw, 1 - 2 ** -53) <= 1);
  });

  it('are what they were where they are uniform', () => {
    const { uniform } = MASK_RATIO_DRAWS;
    assert.deepEqual(
      [0, 0.5].map((u) => maskRatio(uniform, u)),
      [0.1, 0.55],
    );
    assert.ok(Math.abs(meanOfPower(uniform, 0.5) - (1 - 0.1 ** 1.5) / (1.5 * 0.9)) < 1e-6);
  });
});
