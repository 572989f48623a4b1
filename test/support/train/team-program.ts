/** The program that the leader of together.test.ts starts: a follower, or one that dies. */
import { selectBackend } from '../../../scripts/train/backend/select';
import { joinTeam } from '../../../scripts/train/together/team';
import { follow } from '../../../scripts/train/run/training-loop';
import { loopOptions, withTrainer, type SmallRun } from './small-run';

async function main(): Promise<void> {
  const run = JSON.parse(process.argv[2]!) as SmallRun & { dies?: boolean };
  const member = joinTeam()!;
  if (run.dies) throw new Error('no GPU for this process');
  await selectBackend('cpu');
  await withTrainer(run, (trainer) => follow(trainer, loopOptions({ ...run, member })));
}

main().then(
  () => process.exit(0),
  () => process.exit(3),
);
