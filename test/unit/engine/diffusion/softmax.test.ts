import assert from 'node:assert/strict';
import fc from 'fast-check';
import { softmaxOf } from '../../../../src/engine/diffusion/softmax';

describe('softmax', () => {
  it('is that of Math.exp, whatever the logits', () => {
    const logit = fc.oneof(fc.float({ min: -90, max: 90, noNaN: true }), fc.constant(-Infinity));
    fc.assert(
      fc.property(fc.array(logit, { minLength: 1, maxLength: 300 }), (values) => {
        const logits = Float32Array.from(values);
        const { largest, first, second, sum, entropy } = softmaxOf(logits);
        const sorted = [...logits].sort((a, b) => b - a);
        assert.equal(first, sorted[0]);
        assert.equal(second, sorted[1] ?? -Infinity);
        assert.equal(largest, first === -Infinity ? -1 : logits.indexOf(first));
        if (first === -Infinity) return;
        const weights = [...logits].map((value) => Math.exp(value - first));
        const exact = weights.reduce((total, weight) => total + weight, 0);
        assert.ok(Math.abs(sum / exact - 1) < 1e-9, `${sum} is not ${exact}`);
        const shares = weights.map((weight) => weight / exact).filter((share) => share > 0);
        const nats = shares.reduce((total, share) => total - share * Math.log(share), 0);
        assert.ok(Math.abs(entropy - nats) < 1e-7, `${entropy} is not ${nats}`);
      }),
      { numRuns: 500 },
    );
  });
});
