import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Canvas, type Slot } from '../../../../src/engine/diffusion/canvas';
import { UNMASKING_ORDERS } from '../../../../src/engine/diffusion/order';
import { Random } from '../../../../src/engine/diffusion/random';
import {
  runReverseProcess,
  type ReverseProcess,
  type ReverseStep,
} from '../../../../src/engine/diffusion/reverse-process';

const VOCABULARY = 24;
const BANNED = new Set([0, 1, 7]);

/** A predictor whose logits depend on the whole canvas, as a network's do, and on nothing else. */
function predictFrom(salt: number) {
  return (canvas: Canvas, masked: readonly Slot[]): Promise<Float32Array[]> => {
    const seen = canvas.holes.flat().reduce((sum, cell, i) => sum + (cell.token ?? -1) * (i + 3), salt);
    return Promise.resolve(
      masked.map(({ hole, index }) => {
        const random = new Random(Math.abs(seen) * 1000 + hole * 100 + index);
        return Float32Array.from({ length: VOCABULARY }, () => 8 * random.uniform());
      }),
    );
  };
}

async function run(canvas: Canvas, salt: number, process: ReverseProcess): Promise<ReverseStep[]> {
  const steps: ReverseStep[] = [];
  for await (const step of runReverseProcess(canvas, predictFrom(salt), process)) steps.push(step);
  return steps;
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
}: { seed: number } & Omit<ReverseProcess, 'random' | 'banned'>): ReverseProcess {
  return { ...process, random: new Random(seed), banned: () => BANNED };
}

describe('reverse process', () => {
  it('leaves no mask, draws no banned token and ends within the planned steps', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ lengths, salt, process }) => {
        const canvas = new Canvas(lengths);
        const masks = canvas.size;
        const blocks = process.blockLength > 0 ? Math.ceil(masks / process.blockLength) : 1;
        const steps = await run(canvas, salt, prepare(process));
        assert.deepEqual(canvas.masked(), []);
        assert.ok(steps.length <= Math.max(process.steps, blocks), `${steps.length} steps`);
        assert.equal(
          steps.reduce((sum, step) => sum + step.committed.length, 0),
          masks,
        );
        assert.ok(steps.every((step) => step.committed.length > 0));
        for (const cell of canvas.holes.flat()) {
          assert.ok(cell.token !== undefined && !BANNED.has(cell.token));
          assert.ok(cell.confidence > 0 && cell.confidence <= 1);
        }
      }),
    ));

  it('never changes a token that was there before or was committed', () =>
    fc.assert(
      fc.asyncProperty(cases, fc.nat(), async ({ lengths, salt, process }, keptSeed) => {
        const canvas = new Canvas(lengths);
        const random = new Random(keptSeed);
        for (const slot of canvas.masked()) if (random.uniform() < 0.4) canvas.commit(slot, 20, 1, 0);
        let before = canvas.holes.flat().map((cell) => cell.token);
        for await (const step of runReverseProcess(canvas, predictFrom(salt), prepare(process))) {
          const after = canvas.holes.flat().map((cell) => cell.token);
          assert.ok(before.every((token, i) => token === undefined || token === after[i]));
          assert.equal(after.filter((token, i) => token !== before[i]).length, step.committed.length);
          before = after;
        }
      }),
    ));

  it('gives the same text for the same seed', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ lengths, salt, process }) => {
        const [first, second] = [new Canvas(lengths), new Canvas(lengths)];
        await run(first, salt, prepare(process));
        await run(second, salt, prepare(process));
        assert.deepEqual(first.holes, second.holes);
      }),
    ));

  it('gives another text for another seed when it samples', async () => {
    const texts = new Set<string>();
    for (let seed = 0; seed < 8; seed++) {
      const canvas = new Canvas([12]);
      const sampling = { kind: 'multinomial', temperature: 1, topP: 1, topK: 0 } as const;
      await run(
        canvas,
        5,
        prepare({ sampling, order: 'random', steps: 12, threshold: 0, blockLength: 0, seed }),
      );
      texts.add(canvas.holes[0]!.map((cell) => cell.token).join());
    }
    assert.ok(texts.size > 1);
  });

  it('unmasks block after block', async () => {
    const canvas = new Canvas([7, 5]);
    const greedy = { sampling: { kind: 'greedy' }, order: 'confidence', threshold: 0 } as const;
    const steps = await run(canvas, 3, prepare({ ...greedy, steps: 12, blockLength: 4, seed: 0 }));
    const blocks = steps.flatMap((step) =>
      step.committed.map(({ hole, index }) => Math.floor((hole * 7 + index) / 4)),
    );
    assert.deepEqual(blocks, [...blocks].sort());
  });

  it('commits the most confident position first, and everything at or above the threshold', async () => {
    // Row i proposes token 10 with a logit of i: later positions are surer.
    const predict = (_: Canvas, masked: readonly Slot[]): Promise<Float32Array[]> =>
      Promise.resolve(
        masked.map(({ index }) =>
          Float32Array.from({ length: VOCABULARY }, (_, token) => (token === 10 ? index : 0)),
        ),
      );
    const canvas = new Canvas([10]);
    const process = {
      sampling: { kind: 'greedy' },
      order: 'confidence',
      steps: 10,
      blockLength: 0,
      seed: 0,
    } as const;
    const first = await runReverseProcess(canvas, predict, prepare({ ...process, threshold: 0 })).next();
    assert.deepEqual(first.value?.committed, [{ hole: 0, index: 9 }]);

    const sure = (index: number): number =>
      Math.exp(index) / (Math.exp(index) + VOCABULARY - BANNED.size - 1);
    const parallel = await runReverseProcess(
      new Canvas([10]),
      predict,
      prepare({ ...process, threshold: sure(6) - 1e-6 }),
    ).next();
    assert.deepEqual(
      parallel.value?.committed.map((slot) => slot.index),
      [6, 7, 8, 9],
    );
  });
});
