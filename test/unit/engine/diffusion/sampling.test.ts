import assert from 'node:assert/strict';
import { forwardProcess } from '../../../../src/engine/diffusion/forward-process';
import { Random } from '../../../../src/engine/diffusion/random';
import { LogitsRow } from '../../../../src/engine/diffusion/row';
import { leastAllowed, sampleToken } from '../../../../src/engine/diffusion/sampling';

describe('sampling', () => {
  const logits = Float32Array.from([1, 2, 0.5, 3, -1]);
  const known = new LogitsRow(logits);
  const multinomial = { kind: 'multinomial', temperature: 1, topP: 1, topK: 0 } as const;

  it('draws from the softmax at the given temperature', () => {
    for (const temperature of [0.5, 1, 2]) {
      const random = new Random(11);
      const counts = new Array<number>(logits.length).fill(0);
      const draws = 40_000;
      for (let i = 0; i < draws; i++) {
        const { token } = sampleToken(known, { ...multinomial, temperature }, random);
        counts[token]!++;
      }
      const scaled = Array.from(logits, (logit) => Math.exp(logit / temperature));
      const sum = scaled.reduce((a, b) => a + b);
      scaled.forEach((value, token) => {
        const expected = value / sum;
        // Five standard deviations of a binomial.
        const tolerance = 5 * Math.sqrt((expected * (1 - expected)) / draws);
        assert.ok(
          Math.abs(counts[token]! / draws - expected) < tolerance,
          `token ${token} at ${temperature}`,
        );
      });
    }
  });

  it('leaves banned tokens out of the draw and of the probability', () => {
    const row = known.copy();
    row.ban([3]);
    const { token, probability } = sampleToken(row, { kind: 'greedy' }, new Random(0));
    assert.equal(token, 1);
    const rest = [1, 2, 0.5, -1].map(Math.exp).reduce((a, b) => a + b);
    assert.ok(Math.abs(probability - Math.exp(2) / rest) < 1e-6);
    row.ban([0, 1, 2, 4]);
    assert.throws(() => sampleToken(row, { kind: 'greedy' }, new Random(0)), /no usable logit/);
  });

  it('says how far ahead the best token is, and how spread the distribution', () => {
    const { margin, entropy } = sampleToken(known, { kind: 'greedy' }, new Random(0));
    const weights = Array.from(logits, Math.exp);
    const sum = weights.reduce((a, b) => a + b);
    const p = weights.map((weight) => weight / sum);
    assert.ok(Math.abs(margin - (p[3]! - p[1]!)) < 1e-6);
    assert.ok(Math.abs(entropy - p.reduce((h, q) => h - q * Math.log(q), 0)) < 1e-6);
  });

  it('draws only what top-k and top-p let through', () => {
    const drawn = (options: object): number[] => {
      const random = new Random(1);
      const tokens = Array.from(
        { length: 500 },
        () => sampleToken(known, { ...multinomial, ...options }, random).token,
      );
      return [...new Set(tokens)].sort();
    };
    assert.deepEqual(drawn({ topK: 2 }), [1, 3]);
    // Probabilities, largest first: 0.62, 0.23, 0.08, 0.05, 0.01.
    assert.deepEqual(drawn({ topP: 0.8 }), [1, 3]);
    assert.deepEqual(drawn({ topP: 0.5 }), [3]);
    assert.deepEqual(drawn({ topP: 0.9, topK: 4 }), [0, 1, 3]);
  });

  it('takes the smallest set that reaches top-p, as sorting everything finds it', () => {
    const random = new Random(9);
    for (let i = 0; i < 60; i++) {
      const many = Float32Array.from({ length: 3000 }, () => 8 * random.gumbel());
      many[random.integer(3000)] = -Infinity;
      const temperature = 0.3 + 2 * random.uniform();
      const topP = 0.02 + 0.97 * random.uniform();
      const sorted = [...many].sort((a, b) => b - a);
      const weights = sorted.map((logit) => Math.exp((logit - sorted[0]!) / temperature));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      let reached = 0;
      const last = weights.findIndex((weight) => (reached += weight) >= topP * total);
      const least = leastAllowed(many, temperature, topP, 0);
      // Where sums round differently the next one may be the last.
      assert.ok(sorted.slice(Math.max(0, last - 1), last + 2).includes(least), `${topP} at ${temperature}`);
    }
  });
});

describe('forward process', () => {
  it('masks a share t of the tokens, and at least one', () => {
    const random = new Random(3);
    const masked = forwardProcess(20_000, 0.55, random);
    assert.ok(Math.abs(masked.filter(Boolean).length / 20_000 - 0.55) < 0.02);
    for (let i = 0; i < 200; i++) assert.ok(forwardProcess(1, 0, random)[0]);
  });
});

describe('random', () => {
  it('gives the published sequence of xoshiro128** from a known state', () => {
    // From the reference implementation with state 1, 2, 3, 4.
    const random = Random.restore([1, 2, 3, 4]);
    assert.deepEqual(
      [random.uint32(), random.uint32(), random.uint32(), random.uint32()],
      [11520, 0, 5927040, 70819200],
    );
  });

  it('goes on from a saved state', () => {
    const random = new Random(42);
    random.uniform();
    const again = Random.restore(random.state());
    assert.equal(random.uniform(), again.uniform());
  });

  it('has no sequence in common between neighbouring seeds', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 50; seed++)
      for (const half of [0, 1, 2]) seen.add(new Random(half * 2 ** 32 + seed).uniform());
    assert.equal(seen.size, 150);
  });
});
