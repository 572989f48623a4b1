import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Canvas, type Slot } from '../../../../src/engine/diffusion/canvas';
import { UNMASKING_ORDERS } from '../../../../src/engine/diffusion/order';
import { Random } from '../../../../src/engine/diffusion/random';
import {
  ReverseProcess,
  type ReversePlan,
  type ReverseStep,
} from '../../../../src/engine/diffusion/reverse-process';

const VOCABULARY = 24;
const BANNED = new Set([0, 1, 7]);

type Predict = (canvas: Canvas, masked: readonly Slot[]) => Float32Array[];

/** A predictor whose logits depend on the whole canvas, as a network's do, and on nothing else. */
function predictFrom(salt: number): Predict {
  return (canvas, masked) => {
    const seen = canvas.holes.flat().reduce((sum, cell, i) => sum + (cell.token ?? -1) * (i + 3), salt);
    return masked.map(({ hole, index }) => {
      const random = new Random(Math.abs(seen) * 1000 + hole * 100 + index);
      return Float32Array.from({ length: VOCABULARY }, () => 8 * random.uniform());
    });
  };
}

function* steps(canvas: Canvas, predict: Predict, plan: ReversePlan): Generator<ReverseStep, void> {
  const process = new ReverseProcess(canvas, plan);
  for (let index = 1, wanted = process.wanted(); wanted.length > 0; wanted = process.wanted(), index++) {
    yield process.step(predict(canvas, wanted), index);
  }
}

function run(canvas: Canvas, salt: number, plan: ReversePlan): ReverseStep[] {
  return [...steps(canvas, predictFrom(salt), plan)];
}

const processes = fc.record({
  sampling: fc.constantFrom(
    { kind: 'greedy' } as const,
    { kind: 'multinomial', temperature: 0.7, topP: 0.95, topK: 0 } as const,
  ),
  order: fc.constantFrom(...UNMASKING_ORDERS),
  steps: fc.integer({ min: 1, max: 40 }),
  threshold: fc.constantFrom(0, 0.3, 0.9, 1),
  blockLength: fc.integer({ min: 0, max: 9 }),
  alternatives: fc.constantFrom(0, 3),
  seed: fc.nat(),
});
const cases = fc.record({
  lengths: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 3 }),
  salt: fc.nat(1000),
  process: processes,
});

function prepare({
  seed,
  ...process
}: { seed: number } & Omit<ReversePlan, 'random' | 'banned'>): ReversePlan {
  return { ...process, random: new Random(seed), banned: () => BANNED };
}

describe('reverse process', () => {
  it('leaves no mask, draws no banned token and ends within the planned steps', () => {
    fc.assert(
      fc.property(cases, ({ lengths, salt, process }) => {
        const canvas = new Canvas(lengths);
        const masks = canvas.size;
        const blocks = process.blockLength > 0 ? Math.ceil(masks / process.blockLength) : 1;
        const taken = run(canvas, salt, prepare(process));
        assert.deepEqual(canvas.masked(), []);
        assert.ok(taken.length <= Math.max(process.steps, blocks), `${taken.length} steps`);
        assert.equal(
          taken.reduce((sum, step) => sum + step.committed.length, 0),
          masks,
        );
        if (process.order !== 'forebear') assert.ok(taken.every((step) => step.committed.length > 0));
        for (const cell of canvas.holes.flat()) {
          assert.ok(cell.token !== undefined && !BANNED.has(cell.token));
          assert.ok(cell.confidence > 0 && cell.confidence <= 1);
        }
      }),
    );
  });

  it('never changes a token that was there before or was committed', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ lengths, salt, process }, keptSeed) => {
        const canvas = new Canvas(lengths);
        const random = new Random(keptSeed);
        for (const slot of canvas.masked()) if (random.uniform() < 0.4) canvas.commit(slot, 20, 1, 0);
        let before = canvas.holes.flat().map((cell) => cell.token);
        for (const step of steps(canvas, predictFrom(salt), prepare(process))) {
          const after = canvas.holes.flat().map((cell) => cell.token);
          assert.ok(before.every((token, i) => token === undefined || token === after[i]));
          assert.equal(after.filter((token, i) => token !== before[i]).length, step.committed.length);
          before = after;
        }
      }),
    );
  });

  it('gives the same text for the same seed', () => {
    fc.assert(
      fc.property(cases, ({ lengths, salt, process }) => {
        const [first, second] = [new Canvas(lengths), new Canvas(lengths)];
        run(first, salt, prepare(process));
        run(second, salt, prepare(process));
        assert.deepEqual(first.holes, second.holes);
      }),
    );
  });

  const greedy = {
    sampling: { kind: 'greedy' },
    order: 'confidence',
    threshold: 0,
    blockLength: 0,
    alternatives: 0,
    seed: 0,
  } as const;

  it('gives another text for another seed when it samples', () => {
    const texts = new Set<string>();
    for (let seed = 0; seed < 8; seed++) {
      const canvas = new Canvas([12]);
      const sampling = { kind: 'multinomial', temperature: 1, topP: 1, topK: 0 } as const;
      run(canvas, 5, prepare({ ...greedy, sampling, order: 'random', steps: 12, seed }));
      texts.add(canvas.holes[0]!.map((cell) => cell.token).join());
    }
    assert.ok(texts.size > 1);
  });

  it('unmasks block after block', () => {
    const canvas = new Canvas([7, 5]);
    const taken = run(canvas, 3, prepare({ ...greedy, steps: 12, blockLength: 4 }));
    const blocks = taken.flatMap((step) =>
      step.committed.map(({ hole, index }) => Math.floor((hole * 7 + index) / 4)),
    );
    assert.deepEqual(blocks, [...blocks].sort());
  });

  it('commits the most confident position first, and everything at or above the threshold', () => {
    // Row i proposes token 10 with a logit of i: later positions are surer.
    const predict: Predict = (_, masked) =>
      masked.map(({ index }) =>
        Float32Array.from({ length: VOCABULARY }, (_, token) => (token === 10 ? index : 0)),
      );
    const firstOf = (threshold: number): readonly number[] => {
      const plan = prepare({ ...greedy, steps: 10, threshold });
      const [step] = steps(new Canvas([10]), predict, plan);
      return step!.committed.map((slot) => slot.index);
    };
    assert.deepEqual(firstOf(0), [9]);
    const sure = (index: number): number =>
      Math.exp(index) / (Math.exp(index) + VOCABULARY - BANNED.size - 1);
    assert.deepEqual(firstOf(sure(6) - 1e-6), [6, 7, 8, 9]);
  });

  it('gives committed cells what else could stand there', () => {
    const canvas = new Canvas([2]);
    const predict: Predict = (_, masked) =>
      masked.map(() => Float32Array.from({ length: VOCABULARY }, (_, token) => -token));
    for (const step of steps(canvas, predict, prepare({ ...greedy, steps: 1, alternatives: 3 })))
      assert.equal(step.committed.length, 2);
    const { token, confidence, alternatives } = canvas.holes[0]![1]!;
    // Tokens 0, 1 and 7 are banned.
    assert.deepEqual([token, ...alternatives.map((other) => other.token)], [2, 3, 4, 5]);
    assert.ok(Math.abs(alternatives[0]!.probability / confidence - Math.exp(-1)) < 1e-6);
  });
});

describe('forebear order', () => {
  const plan = (steps: number, seed: number): ReversePlan =>
    prepare({
      sampling: { kind: 'greedy' },
      order: 'forebear',
      steps,
      threshold: 0.1, // has no part in it
      blockLength: 0,
      alternatives: 0,
      seed,
    });

  it('lets each mask survive the step from t to t − 1/steps with probability t − 1/steps', () => {
    const masks = 4000;
    const counts = run(new Canvas([masks]), 1, plan(5, 3)).map((step) => step.committed.length);
    let left = masks;
    counts.forEach((committed, turn) => {
      const survival = (5 - turn - 1) / 5;
      // Five standard deviations of a binomial.
      const tolerance = 5 * Math.sqrt(left * survival * (1 - survival));
      assert.ok(Math.abs(left - committed - left * survival) <= tolerance, `turn ${turn}`);
      left -= committed;
    });
    assert.equal(left, 0);
  });

  it('has steps that commit nothing', () => {
    const taken = run(new Canvas([2]), 1, plan(64, 0));
    assert.ok(taken.some((step) => step.committed.length === 0));
  });
});
