import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Canvas, type CellStart } from '../../../../src/engine/diffusion/canvas';
import { REMASKINGS, SCHEDULES, UNMASKING_ORDERS } from '../../../../src/engine/contract/reverse-process';
import { DEFAULT_STRENGTH } from '../../../../src/engine/diffusion/remasking';
import type { ReversePlan } from '../../../../src/engine/diffusion/reverse-process';
import type { ReverseStep } from '../../../../src/engine/diffusion/unmasking';
import {
  BANNED,
  DELETE,
  EXPAND,
  plan,
  predictFrom,
  steps,
  VOCABULARY,
  type Predict,
} from '../../../support/engine/scripted';

const MULTINOMIAL = { kind: 'multinomial', temperature: 0.7, topP: 0.95, topK: 0 } as const;
const MOST_CELLS = 12;

/** Any combination of options that a request may ask for. */
const OPTIONS = fc
  .record({
    sampling: fc.constantFrom({ kind: 'greedy' } as const, MULTINOMIAL),
    order: fc.constantFrom(...UNMASKING_ORDERS),
    schedule: fc.constantFrom(...SCHEDULES),
    steps: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
    threshold: fc.constantFrom(0, 0.3, 0.9, 1),
    thresholdFactor: fc.constantFrom(0, 0.5, 2),
    entropyBound: fc.constantFrom(0, 0.5, 3),
    repetitionPenalty: fc.constantFrom(1, 2),
    blockLength: fc.integer({ min: 0, max: 9 }),
    remasking: fc.constantFrom(...REMASKINGS),
    strong: fc.boolean(),
    alternatives: fc.constantFrom(0, 3),
    elastic: fc.boolean(),
    seed: fc.nat(),
  })
  .filter(({ order, remasking }) => order !== 'ancestral' || remasking === 'none');

/** Cells of up to three holes: masks, given tokens, locked ones. */
const CELL = fc.oneof(
  { weight: 3, arbitrary: fc.constant<CellStart>({ elastic: true }) },
  { weight: 1, arbitrary: fc.constant<CellStart>({}) },
  { weight: 1, arbitrary: fc.constant<CellStart>({ token: 20, confidence: 0.4 }) },
  { weight: 1, arbitrary: fc.constant<CellStart>({ token: 21, locked: true }) },
);
const CASES = fc.record({
  holes: fc.array(fc.array(CELL, { maxLength: MOST_CELLS }), { minLength: 1, maxLength: 3 }),
  salt: fc.nat(1000),
  options: OPTIONS,
});
type Options = typeof OPTIONS extends fc.Arbitrary<infer T> ? T : never;

function planOf({ strong, elastic, ...rest }: Options): ReversePlan {
  const resize = { expandToken: EXPAND, deleteToken: DELETE, limits: [14, 14, 14] };
  return plan({
    ...rest,
    remaskingStrength: strong ? 1 : DEFAULT_STRENGTH[rest.remasking],
    resize: elastic ? resize : undefined,
  });
}

function lockedTokens(canvas: Canvas): (number | undefined)[][] {
  return canvas.holes.map((cells) => cells.filter(({ locked }) => locked).map(({ token }) => token));
}

describe('reverse process, whatever its options', () => {
  it('ends within its bound and leaves no mask and no banned token', () => {
    fc.assert(
      fc.property(CASES, ({ holes, salt, options: drawn }) => {
        const canvas = new Canvas(holes);
        const cells = canvas.holes.flat();
        const masks = cells.filter(({ token }) => token === undefined).length;
        const free = cells.filter(({ locked }) => !locked).length;
        const taken = [...steps(canvas, predictFrom(salt), planOf(drawn))];
        assert.deepEqual(canvas.masked(), []);
        for (const { token, confidence } of canvas.holes.flat()) {
          assert.ok(token !== undefined && (token === 20 || !BANNED.has(token)));
          assert.ok(confidence > 0 && confidence <= 1);
        }
        const blocks = drawn.blockLength > 0 ? Math.ceil(free / drawn.blockLength) : 1;
        // An expansion takes a step, and so does the mask that it adds.
        const expansions = drawn.elastic ? 2 * (2 * 14 * holes.length) : 0;
        const most =
          drawn.steps === undefined
            ? (drawn.remasking === 'revoke' ? free : masks) + expansions
            : Math.max(drawn.steps, blocks);
        assert.ok(taken.length <= most, `${taken.length} steps, at most ${most}`);
      }),
      { numRuns: 400 },
    );
  });

  it('never changes or moves a locked token, and a free one only by remasking', () => {
    fc.assert(
      fc.property(CASES, ({ holes, salt, options: drawn }) => {
        const canvas = new Canvas(holes);
        const locked = lockedTokens(canvas);
        let before = new Map(canvas.holes.flat().map((one) => [one, one.token]));
        for (const { committed, remasked } of steps(canvas, predictFrom(salt), planOf(drawn))) {
          assert.deepEqual(lockedTokens(canvas), locked);
          const masked = new Set(remasked.map((slot) => canvas.cell(slot)));
          const written = new Set(committed.map((slot) => canvas.cell(slot)));
          for (const one of canvas.holes.flat()) {
            const old = before.get(one);
            if (old !== undefined) assert.equal(one.token, masked.has(one) ? undefined : old);
            else assert.equal(one.token !== undefined, written.has(one));
          }
          before = new Map(canvas.holes.flat().map((one) => [one, one.token]));
        }
      }),
    );
  });

  it('commits something in every step, the ancestral order’s excepted', () => {
    fc.assert(
      fc.property(CASES, ({ holes, salt, options: drawn }) => {
        // An expansion and a deletion are something too, but leave no token behind.
        if (drawn.order === 'ancestral' || drawn.elastic) return;
        const canvas = new Canvas(holes);
        const cells = canvas.size;
        for (const { committed } of steps(canvas, predictFrom(salt), planOf(drawn))) {
          assert.ok(committed.length > 0);
          assert.equal(canvas.size, cells);
        }
      }),
    );
  });

  it('gives the same text for the same seed', () => {
    fc.assert(
      fc.property(CASES, ({ holes, salt, options: drawn }) => {
        const [first, second] = [new Canvas(holes), new Canvas(holes)];
        for (const canvas of [first, second])
          for (const step of steps(canvas, predictFrom(salt), planOf(drawn))) assert.ok(step);
        assert.deepEqual(first.holes, second.holes);
      }),
    );
  });
});

describe('reverse process', () => {
  it('gives another text for another seed when it samples', () => {
    const texts = new Set<string>();
    for (let seed = 0; seed < 8; seed++) {
      const canvas = new Canvas([12]);
      const taken = [
        ...steps(canvas, predictFrom(5), plan({ sampling: MULTINOMIAL, order: 'random', seed })),
      ];
      assert.equal(taken.length, 12);
      texts.add(canvas.holes[0]!.map(({ token }) => token).join());
    }
    assert.ok(texts.size > 1);
  });

  it('unmasks block after block', () => {
    const taken = [...steps(new Canvas([7, 5]), predictFrom(3), plan({ steps: 12, blockLength: 4 }))];
    const blocks = taken.flatMap((step) =>
      step.committed.map(({ hole, index }) => Math.floor((hole * 7 + index) / 4)),
    );
    assert.deepEqual(blocks, [...blocks].sort());
  });

  // Row i proposes token 10 with a logit of i: later positions are surer.
  const rising: Predict = (_, masked) =>
    masked.map(({ index }) =>
      Float32Array.from({ length: VOCABULARY }, (_, token) => (token === 10 ? index : 0)),
    );
  const firstOf = (changes: Partial<ReversePlan>, predict = rising): readonly number[] => {
    const [step] = steps(new Canvas([10]), predict, plan(changes));
    return step!.committed.map((slot) => slot.index);
  };
  const sure = (logit: number): number => Math.exp(logit) / (Math.exp(logit) + VOCABULARY - BANNED.size - 1);

  it('commits the most confident position first, and everything at or above the threshold', () => {
    assert.deepEqual(firstOf({}), [9]);
    assert.deepEqual(firstOf({ threshold: sure(6) - 1e-6 }), [6, 7, 8, 9]);
  });

  it('commits n tokens at once while (n + 1)(1 − pₙ) is within the factor', () => {
    // The third surest, logit 7: (3 + 1)(1 − p).
    const third = 4 * (1 - sure(7));
    assert.deepEqual(firstOf({ thresholdFactor: third + 1e-6 }), [7, 8, 9]);
    assert.deepEqual(firstOf({ thresholdFactor: third - 1e-6 }), [8, 9]);
  });

  it('commits tokens while their entropies, the largest left out, are within the bound', () => {
    const entropy = (logit: number): number => {
      const [p, n] = [sure(logit), VOCABULARY - BANNED.size - 1];
      return -p * Math.log(p) - (1 - p) * Math.log((1 - p) / n);
    };
    // Of the first three in the order the third has the largest entropy.
    const bound = entropy(9) + entropy(8);
    assert.deepEqual(firstOf({ entropyBound: bound + 1e-6 }), [7, 8, 9]);
    assert.deepEqual(firstOf({ entropyBound: bound - 1e-6 }), [8, 9]);
    assert.deepEqual(firstOf({ entropyBound: 1e-9, order: 'left' }), [0]);
  });

  it('gives committed cells what else could stand there', () => {
    const canvas = new Canvas([[{ elastic: true }, {}]]);
    const falling: Predict = (_, masked) =>
      masked.map(() =>
        Float32Array.from({ length: VOCABULARY }, (_, token) => (token > DELETE ? -token : -9.5)),
      );
    const resize = { expandToken: EXPAND, deleteToken: DELETE, limits: [4] };
    const taken: ReverseStep[] = [...steps(canvas, falling, plan({ steps: 1, alternatives: 3, resize }))];
    assert.equal(taken.length, 1);
    for (const { token, confidence, alternatives } of canvas.holes[0]!) {
      // Token 9 is banned; a length is no alternative.
      assert.deepEqual([token, ...alternatives.map((other) => other.token)], [7, 8, 10, 11]);
      assert.ok(Math.abs(alternatives[0]!.probability / confidence - Math.exp(-1)) < 1e-6);
    }
  });
});

describe('a hole whose length changes', () => {
  const resize = { expandToken: EXPAND, deleteToken: DELETE, limits: [40] };
  const elastic = (masks: number): Canvas =>
    new Canvas([Array.from({ length: masks }, () => ({ elastic: true }))]);
  const lengthsOf = (canvas: Canvas, predict: Predict): number[] =>
    Array.from(steps(canvas, predict, plan({ resize })), () => canvas.holes[0]!.length);
  /** Probability `share` of the token, the rest of it for 12. */
  const row = (token: number, share: number): Float32Array =>
    new Float32Array(VOCABULARY)
      .fill(-Infinity)
      .with(token, Math.log(share))
      .with(12, Math.log(1 - share));

  it('gets at once as many masks more, or fewer, as their probabilities add up to', () => {
    // Ten masks that are two each with probability 0.4, the first a little more: 4.1 more.
    const wide: Predict = (canvas, masked) =>
      masked.map((_, i) => row(EXPAND, canvas.holes[0]!.length > 10 ? 0 : i === 0 ? 0.55 : 0.4));
    assert.deepEqual(lengthsOf(elastic(10), wide).slice(0, 2), [14, 14]);
    const narrow: Predict = (canvas, masked) =>
      masked.map((_, i) => row(DELETE, canvas.holes[0]!.length < 10 ? 0 : i === 0 ? 0.55 : 0.4));
    assert.deepEqual(lengthsOf(elastic(10), narrow).slice(0, 2), [6, 6]);
  });

  it('is resized three times at most before it gets a token', () => {
    // Wants two masks where it sees one, and one where it sees two.
    const torn: Predict = (canvas, masked) =>
      masked.map((_, i) =>
        i === 0 ? row(canvas.holes[0]!.length % 2 === 1 ? EXPAND : DELETE, 0.9) : row(13, 0.5),
      );
    assert.deepEqual(lengthsOf(elastic(1), torn).slice(0, 4), [2, 1, 2, 2]);
  });

  it('is resized eight times at most', () => {
    // The text goes on for ever: there is always one more mask to come at the end.
    const endless: Predict = (_, masked) =>
      masked.map((_slot, i) => (i === masked.length - 1 ? row(EXPAND, 0.9) : row(13, 0.5)));
    assert.equal(lengthsOf(elastic(4), endless).at(-1), 4 + 8);
  });
});

describe('ancestral order', () => {
  // The threshold has no part in it.
  const ancestral = (most: number, seed: number): ReversePlan =>
    plan({ order: 'ancestral', steps: most, threshold: 0.1, seed });

  it('lets each mask survive the step from t to t − 1/steps with probability t − 1/steps', () => {
    let left = 4000;
    const taken = [...steps(new Canvas([left]), predictFrom(1), ancestral(5, 3))];
    taken.forEach(({ committed }, turn) => {
      const survival = (5 - turn - 1) / 5;
      // Five standard deviations of a binomial.
      const tolerance = 5 * Math.sqrt(left * survival * (1 - survival));
      assert.ok(Math.abs(left - committed.length - left * survival) <= tolerance, `turn ${turn}`);
      left -= committed.length;
    });
    assert.equal(left, 0);
  });

  it('has steps that commit nothing', () => {
    const taken = [...steps(new Canvas([2]), predictFrom(1), ancestral(64, 0))];
    assert.ok(taken.some(({ committed }) => committed.length === 0));
  });
});
