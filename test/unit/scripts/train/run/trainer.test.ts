import assert from 'node:assert/strict';
import { selectBackend } from '../../../../../scripts/train/backend/select';
import { syntheticBatch } from '../../../../../scripts/train/bench/synthetic';
import type { Batch } from '../../../../../scripts/train/network/network';
import { OPTIMIZERS } from '../../../../../scripts/train/run/optimizer';
import type { Trainer } from '../../../../../scripts/train/run/trainer';
import { SMALL, withTrainer } from '../../../../support/train/small-run';

function batchOf(seed: number, batch = 4): Batch {
  return syntheticBatch(
    { batch, length: 32, vocabulary: SMALL.vocabulary, holeShare: 0.5, predictedShare: 0.25 },
    seed,
  );
}

/** Losses of the steps from `first` to before `end`; every step has its own batch. */
async function train(trainer: Trainer, first: number, end: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = first; step < end; step++) losses.push(await trainer.step(batchOf(step), 3e-3).loss);
  return losses;
}

for (const optimizer of OPTIMIZERS)
  describe(`a small network on the CPU, trained by ${optimizer}`, () => {
    const averaged = { emaDecay: 0.9, optimizer };
    before(async () => {
      await selectBackend('cpu');
    });

    it('trains through the same losses twice, bit for bit', async () => {
      const run = (): Promise<number[]> => withTrainer(averaged, (trainer) => train(trainer, 0, 5));
      assert.deepEqual(await run(), await run());
    });

    it('halves the loss of a batch in 30 steps', async () => {
      const batch = batchOf(1);
      const losses = await withTrainer(averaged, async (trainer) => {
        const results: number[] = [];
        for (let step = 0; step < 30; step++) results.push(await trainer.step(batch, 1e-2).loss);
        return results;
      });
      // At first every token is about as likely as any other. The weights sum to one on average only.
      const uniform = batch.weights.reduce((a, b) => a + b, 0) * Math.log(SMALL.vocabulary);
      assert.ok(Math.abs(losses[0]! / uniform - 1) < 0.05, `first loss ${losses[0]}, uniform ${uniform}`);
      assert.ok(losses.at(-1)! < losses[0]! / 2, `${losses[0]} became ${losses.at(-1)}`);
    });

    it('goes on from a snapshot as if it had not stopped, bit for bit', async () => {
      const whole = await withTrainer(averaged, async (trainer) => {
        const losses = await train(trainer, 0, 6);
        return { losses, end: await trainer.snapshot() };
      });
      const middle = await withTrainer(averaged, async (trainer) => {
        await train(trainer, 0, 3);
        return trainer.snapshot();
      });
      const rest = await withTrainer(averaged, async (trainer) => {
        trainer.restore(middle);
        const losses = await train(trainer, 3, 6);
        return { losses, end: await trainer.snapshot() };
      });
      assert.deepEqual(rest.losses, whole.losses.slice(3));
      assert.deepEqual(rest.end, whole.end);
    });

    it('refuses the snapshot of another network and stays as it is', async () => {
      await withTrainer(averaged, async (trainer) => {
        const snapshot = await trainer.snapshot();
        const wrong = new Map(snapshot).set('norm', new Float32Array(3));
        assert.throws(() => trainer.restore(wrong), /3 instead of 32 values for norm/);
        assert.deepEqual(await trainer.snapshot(), snapshot);
      });
    });

    it('refuses the snapshot of the other optimiser and stays as it is', async () => {
      const other = await withTrainer({ optimizer: optimizer === 'muon' ? 'adamw' : 'muon' }, (trainer) =>
        trainer.snapshot(),
      );
      await withTrainer(averaged, async (trainer) => {
        const snapshot = await trainer.snapshot();
        assert.throws(
          () => trainer.restore(other),
          /was written with --optimizer (muon|adamw), now it is .* Go on with --optimizer/,
        );
        assert.deepEqual(await trainer.snapshot(), snapshot);
      });
    });

    it('learns from two half batches what it learns from the whole one', async () => {
      const whole = batchOf(7);
      const half = whole.batch / 2;
      const rowsOfHalf = half * whole.length;
      const halves = [0, 1].map((which): Batch => {
        const inHalf = [...whole.rows.keys()].filter(
          (i) => Math.floor(whole.rows[i]! / rowsOfHalf) === which,
        );
        const part = (values: Int32Array): Int32Array =>
          values.subarray(which * rowsOfHalf, (which + 1) * rowsOfHalf);
        return {
          ids: part(whole.ids),
          positions: part(whole.positions),
          kinds: part(whole.kinds),
          rows: Int32Array.from(inHalf, (i) => whole.rows[i]! - which * rowsOfHalf),
          targets: Int32Array.from(inHalf, (i) => whole.targets[i]!),
          // A mean over half as many samples.
          weights: Float32Array.from(inHalf, (i) => 2 * whole.weights[i]!),
          batch: half,
          length: whole.length,
        };
      });
      const step = (
        batches: Batch | Batch[],
      ): Promise<{ loss: number; norm: number; tensors: Map<string, Float32Array> }> =>
        withTrainer(averaged, async (trainer) => {
          const result = trainer.step(batches, 1e-3);
          return {
            loss: await result.loss,
            norm: await result.gradientNorm,
            tensors: await trainer.snapshot(),
          };
        });
      const [one, two] = [await step(whole), await step(halves)];
      assert.ok(Math.abs(one.loss - two.loss) < 1e-5, `losses ${one.loss} and ${two.loss}`);
      assert.ok(Math.abs(one.norm - two.norm) < 1e-5 * one.norm, `norms ${one.norm} and ${two.norm}`);
      // The first moments are the gradients; Adam's first step is their sign, which rounding can turn.
      for (const [name, values] of one.tensors) {
        if (!name.endsWith('.m')) continue;
        const other = two.tensors.get(name)!;
        const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);
        assert.ok(worst < 1e-5, `${name} differs by ${worst}`);
      }
    });

    it('skips an update whose gradients are not finite', async () => {
      await withTrainer(averaged, async (trainer) => {
        const before = await trainer.snapshot();
        const batch = batchOf(1);
        const result = trainer.step({ ...batch, weights: batch.weights.map(() => Infinity) }, 1e-3);
        assert.ok(!Number.isFinite(await result.gradientNorm));
        // The averages are updated without looking: by weights that are what they were.
        before.set('ema.updates', Float32Array.of(1));
        assert.deepEqual(await trainer.snapshot(), before);
      });
    });
  });
