import assert from 'node:assert/strict';
import path from 'node:path';
import { selectBackend } from '../../../../scripts/train/backend/select';
import { FileExchange } from '../../../../scripts/train/together/exchange';
import { Team } from '../../../../scripts/train/together/team';
import { temporaryFolder } from '../../engine/model/tiny-bundle';
import { losses, runSmall, type SmallRun } from './small-run';

function startTeam(size: number, run: SmallRun & { dies?: boolean }): Team {
  return new Team({
    size,
    program: path.join(__dirname, 'team-program.ts'),
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
    } finally {
      team.stop();
    }
    // Whoever made the team stops it in any case, ended or not.
    assert.doesNotThrow(() => team.stop());
  });

  it('average numbers of a length that they do not divide', async () => {
    const folder = temporaryFolder();
    const waiting: (() => void)[] = [];
    const barrier = {
      wait: () =>
        new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 3) for (const go of waiting.splice(0)) go();
        }),
    };
    const values = [0, 1, 2].map((rank) => Float32Array.of(rank, 10 * rank, 100 * rank, 1000 * rank));
    const exchanges = values.map((_, rank) => new FileExchange(folder, rank, 3, barrier));
    for (let round = 0; round < 2; round++)
      await Promise.all(exchanges.map((exchange, rank) => exchange.average(values[rank]!)));
    for (const result of values) assert.deepEqual([...result], [1, 10, 100, 1000]);
    for (const exchange of exchanges) exchange.close();
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
