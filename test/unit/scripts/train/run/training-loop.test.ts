import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { selectBackend } from '../../../../../scripts/train/backend/select';
import { listCheckpoints } from '../../../../../scripts/train/run/checkpoint';
import type { Batch } from '../../../../../scripts/train/network/network';
import { checkpointFolder } from '../../../../../scripts/train/run/training-loop';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { losses, metrics, runSmall, withTrainer } from '../../../../support/train/small-run';

/** Spoils the batches of these numbers. */
function poison(numbers: readonly number[]) {
  return (batch: Batch, number: number): Batch =>
    numbers.includes(number) ? { ...batch, weights: batch.weights.map(() => NaN) } : batch;
}

describe('the training loop', () => {
  before(async () => {
    await selectBackend('cpu');
  });

  it('goes on from a checkpoint to the losses and weights of an uninterrupted run, averages included', async () => {
    const settings = { maxSteps: 8, accumulate: 2, emaDecay: 0.9, checkpointEvery: 3 };
    const [whole, parts] = [temporaryFolder(), temporaryFolder()];
    const uninterrupted = await runSmall({ ...settings, out: whole });
    const stopped = await runSmall({ ...settings, out: parts, stopAfter: 5 });
    assert.equal(stopped.finished, false);
    const resumed = await runSmall({ ...settings, out: parts, resume: true });
    assert.equal(resumed.finished, true);
    assert.equal(losses(whole).length, 8);
    assert.deepEqual(losses(parts), losses(whole));
    assert.ok(uninterrupted.snapshot.has('ema.norm'));
    assert.deepEqual(resumed.snapshot, uninterrupted.snapshot);
  });

  it('goes on from the checkpoint before, if the newest is damaged and taken away', async () => {
    const out = temporaryFolder();
    const settings = { maxSteps: 6, checkpointEvery: 2, out };
    const whole = await runSmall(settings);
    const [newest, before] = listCheckpoints(checkpointFolder(out));
    fs.truncateSync(newest!, 5000);
    await assert.rejects(
      runSmall({ ...settings, resume: true }),
      ({ message }: Error) => message.includes('cut short') && message.includes(before!),
    );
    fs.rmSync(newest!);
    const again = await runSmall({ ...settings, resume: true });
    assert.deepEqual(again.snapshot, whole.snapshot);
    assert.equal(losses(out).length, 6);
  });

  it('skips a step whose gradients are not finite, says so, and learns from the others', async () => {
    const out = temporaryFolder();
    const result = await runSmall({ out, maxSteps: 6, change: poison([2]) });
    assert.equal(result.skipped, 1);
    assert.deepEqual(
      metrics(out).flatMap(({ step, skipped }) => (skipped === undefined ? [] : [step])),
      [3],
    );
    assert.equal(losses(out).length, 5);
    assert.equal(result.snapshot.get('adamw.steps')![0], 5);
    for (const values of result.snapshot.values()) assert.ok(values.every(Number.isFinite));
  });

  it('stops when several in a row are not, and keeps what was learned before', async () => {
    const out = temporaryFolder();
    const settings = { out, maxSteps: 20, mostSkipped: 3, checkpointEvery: 100 };
    await assert.rejects(
      runSmall({ ...settings, change: poison([4, 6, 7, 8]) }),
      /last 3 steps \(up to step 9, .*not finite.*Nothing is lost.*--resume/,
    );
    const [saved] = listCheckpoints(checkpointFolder(out));
    assert.equal(path.basename(saved!), 'step-00000009.ckpt');
    const resumed = await runSmall({ ...settings, maxSteps: 10, resume: true });
    assert.equal(resumed.snapshot.get('adamw.steps')![0], 6);
  });

  it('refuses the checkpoint of another run', async () => {
    const out = temporaryFolder();
    await runSmall({ out, maxSteps: 2 });
    const [file] = listCheckpoints(checkpointFolder(out));
    const bytes = fs.readFileSync(file!).toString('latin1').replace('"small"', '"large"');
    fs.writeFileSync(file!, Buffer.from(bytes, 'latin1'));
    await assert.rejects(
      runSmall({ out, maxSteps: 2, resume: true }),
      /belongs to another run: its preset is "large", now it is "small"/,
    );
  });

  it('evaluates and exports averaged weights, and trains on with its own', async () => {
    const run = { out: '', maxSteps: 1, emaDecay: 0.5 };
    await withTrainer(run, async (trainer) => {
      const { network } = trainer;
      const first = (await network.values()).get('norm')!.slice();
      const ema = await trainer.snapshot();
      assert.deepEqual(ema.get('ema.norm'), first);
      // The averages are what is in the network meanwhile, and only then.
      trainer.restore(
        new Map(ema).set(
          'ema.norm',
          first.map(() => 7),
        ),
      );
      const during = await trainer.withAverages(async () => (await network.values()).get('norm')!.slice());
      assert.ok(during.every((value) => value === 7));
      assert.deepEqual((await network.values()).get('norm'), first);
      assert.ok((await trainer.snapshot()).get('ema.norm')!.every((value) => value === 7));
    });
  });
});
