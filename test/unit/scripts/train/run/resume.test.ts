import assert from 'node:assert/strict';
import path from 'node:path';
import { selectBackend } from '../../../../../scripts/train/backend/select';
import { writeCompactCheckpoint } from '../../../../../scripts/train/run/compact-checkpoint';
import { learningRate } from '../../../../../scripts/train/settings/learning-rate';
import { Network } from '../../../../../scripts/train/network/network';
import { PRESETS } from '../../../../../scripts/train/settings/presets';
import { batchesEach, decide, resumedRun } from '../../../../../scripts/train/run/resume';
import { checkpointFolder } from '../../../../../scripts/train/run/training-loop';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { losses, runSmall, SMALL } from '../../../../support/train/small-run';

describe('a run that is gone on with', () => {
  before(async () => {
    await selectBackend('cpu');
  });

  it('keeps the batches of a step, however many processes share them', () => {
    const resumed = { step: 3, batchesPerStep: 4, corpora: [] };
    assert.deepEqual(
      [1, 2, 4].map((processes) => batchesEach(4, processes, resumed)),
      [4, 2, 1],
    );
    assert.equal(batchesEach(3, 2, undefined), 3);
    assert.throws(() => batchesEach(4, 3, resumed), /Use --gpus 1 or 2 or 4\./);
  });

  it('takes another end, and begins its phases where it was told to first', async () => {
    const out = temporaryFolder();
    const checkpoints = { folder: checkpointFolder(out), compact: undefined };
    await runSmall({ out, maxSteps: 9, stopAfter: 2 });
    const now = { decayFrom: 'now', lastPhaseFrom: 4 } as const;
    const decided = decide(now, resumedRun(checkpoints, 6));
    assert.deepEqual(decided, { decayFrom: 2, lastPhaseFrom: 4, rewarmFrom: undefined });
    await runSmall({
      out,
      maxSteps: 6,
      stopAfter: 4,
      resume: true,
      notes: { ...decided, corpora: ['a', 'b'] },
    });
    const resumed = resumedRun(checkpoints, 6);
    assert.deepEqual([resumed.step, resumed.corpora], [4, ['a', 'b']]);
    // The same command again; and one that says nothing of it.
    assert.deepEqual(decide(now, resumed), decided);
    assert.deepEqual(decide({ decayFrom: undefined, lastPhaseFrom: undefined }, resumed), decided);
    const ended = await runSmall({ out, maxSteps: 6, resume: true });
    assert.ok(ended.finished);
    assert.equal(losses(out).length, 6);
  });

  it('goes on from a compact checkpoint as from a whole one, but for what 16 bits lose', async () => {
    const [whole, carried] = [temporaryFolder(), temporaryFolder()];
    const first = await runSmall({ out: whole, maxSteps: 6, stopAfter: 3 });
    const compact = path.join(carried, 'compact');
    const network = new Network(SMALL, 1);
    const write = (moments: boolean): void =>
      writeCompactCheckpoint(
        compact,
        { step: 3, run: { preset: 'small' }, tensors: first.snapshot },
        network.parameters,
        moments,
      );
    write(true);
    const there = await runSmall({ out: carried, maxSteps: 6, resume: true, compact });
    await runSmall({ out: whole, maxSteps: 6, resume: true });
    assert.equal(there.step, 6);
    losses(whole)
      .slice(3)
      .forEach((loss, i) => assert.ok(Math.abs(loss - losses(carried)[i]!) < 0.01 * loss));

    // Its own checkpoint is further now; that of weights alone has to gather moments first.
    const checkpoints = { folder: checkpointFolder(carried), compact };
    assert.equal(resumedRun(checkpoints, 6).step, 6);
    write(false);
    const { rewarmFrom } = resumedRun({ folder: path.join(carried, 'none'), compact }, 6);
    assert.equal(rewarmFrom, 3);
    const schedule = { ...PRESETS.base.schedule, shape: 'constant', warmup: 1, rewarmFrom: 1000 } as const;
    assert.deepEqual(
      [1000, 1020, 1060, 1100].map((step) => learningRate(step, 9000, schedule) / schedule.peak),
      [0, 0, 0.5, 1],
    );
    const restarted = await runSmall({ out: temporaryFolder(), maxSteps: 6, resume: true, compact });
    assert.equal(restarted.snapshot.get('adamw.steps')![0], 3);
    network.dispose();
  });
});
