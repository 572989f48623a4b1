// npm run typing -- [--minutes N]: a scripted typing session inside a real VS Code; see test/host/typing.test.ts.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ROOT } from '../setup/paths';

const COMMAND = new Command('npm run typing --')
  .option(
    '--minutes <number>',
    'how long',
    (value) => {
      const minutes = Number(value);
      if (!(minutes > 0)) throw new InvalidArgumentError('It must be a number above 0.');
      return minutes;
    },
    30,
  )
  .parse();
const { minutes } = COMMAND.opts<{ minutes: number }>();

const { status } = spawnSync(
  process.execPath,
  [path.join(ROOT, 'scripts/setup/with-setup.mjs'), 'test:host', 'typing'],
  { stdio: 'inherit', env: { ...process.env, LLADA_TYPING_MINUTES: String(minutes) } },
);
process.exitCode = status ?? 1;
