// npm run typing -- [--minutes N]: a scripted typing session inside a real VS Code; see test/host/typing.test.ts.
import { Command, InvalidArgumentError } from 'commander';

const command = new Command('npm run typing --')
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
const { minutes } = command.opts<{ minutes: number }>();

process.env['LLADA_TYPING_MINUTES'] = String(minutes);
process.argv = [...process.argv.slice(0, 2), 'typing'];
void import('../../test/host/run');
