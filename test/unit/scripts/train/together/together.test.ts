import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from '../../../../../scripts/train/backend/select';
import { averagingBy } from '../../../../../scripts/train/together/averaging-by';
import { Team } from '../../../../../scripts/train/together/team';
import { exchangesOf } from '../../../../gpu/exchanges';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { losses, metrics, runSmall, type SmallRun } from '../../../../support/train/small-run';

function startTeam(size: number, run: SmallRun & { dies?: boolean }): Team {
  return new Team({
    size,
    program: path.join(__dirname, '../../../../support/train/team-program.ts'),
    args: [JSON.stringify(run)],
    execArgv: ['--require', 'tsx/cjs'],
  });
}

describe('several training processes', () => {
  before(async () => {
    await selectBackend('cpu');
  });

  it('two have the losses and weights of one that accumulates two batches, bit for bit', async () => {
    const settings = { maxSteps: 4, emaDecay: 0.9 };
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    const alone = await runSmall({ ...settings, out: one, accumulate: 2 });
    const run = { ...settings, out: two, accumulate: 1 };
    const team = startTeam(2, run);
    try {
      const together = await runSmall({ ...run, member: team });
      assert.equal(losses(one).length, 4);
      assert.deepEqual(losses(two), losses(one));
      assert.deepEqual(together.snapshot, alone.snapshot);
      // What it took is there to be seen, in the parts that make it up.
      for (const { averagingMs, writeMs, waitMs, gatherMs, computeMs } of metrics(two)) {
        assert.ok(Math.abs(Number(averagingMs) - Number(writeMs) - Number(waitMs) - Number(gatherMs)) < 0.3);
        assert.ok(Number(computeMs) > 0);
      }
      assert.ok(metrics(one).every(({ averagingMs }) => averagingMs === undefined));
    } finally {
      team.stop();
    }
    // Whoever made the team stops it in any case, ended or not.
    assert.doesNotThrow(() => team.stop());
  });

  it('average tensors, round after round', async () => {
    const exchanges = exchangesOf(temporaryFolder(), 3);
    const averagings = exchanges.map((exchange) => averagingBy(exchange));
    for (let round = 1; round <= 3; round++) {
      const results = await Promise.all(
        averagings.map(async (averaging, rank) => {
          const tensors = [tf.scalar(rank), tf.tensor2d([[10 * rank, 100 * rank, 1000 * round * rank]])];
          const means = await averaging.average(() => tensors);
          tf.dispose(tensors);
          assert.deepEqual(
            means.map(({ shape }) => shape),
            [[], [1, 3]],
          );
          return means.map((mean) => [...mean.dataSync()]);
        }),
      );
      for (const result of results) assert.deepEqual(result, [[1], [10, 100, 1000 * round]]);
    }
    for (const averaging of averagings) averaging.dispose();
    for (const exchange of exchanges) exchange.close();
  });

  it('say what to do when there is no room for their numbers', async function () {
    // A device that is always full; only Linux has one.
    if (!fs.existsSync('/dev/full')) this.skip();
    const folder = temporaryFolder();
    fs.symlinkSync('/dev/full', path.join(folder, 'round-0-rank-0-lane-0'));
    const [exchange] = exchangesOf(folder, 2);
    try {
      await assert.rejects(
        exchange!.write(0, 0, new Uint8Array(8)),
        /is full\. 2 processes keep 4 times their gradients there\. .*--shm-size/,
      );
    } finally {
      exchange!.close();
    }
  });

  it('say which of them ended, and keep what was learned', async () => {
    const run = { maxSteps: 4, out: temporaryFolder() };
    const team = startTeam(2, { ...run, dies: true });
    try {
      await assert.rejects(
        runSmall({ ...run, member: team }),
        /Training process 1 of 2 ended \(exit code 3\)/,
      );
    } finally {
      team.stop();
    }
  });
});
