/** npm run evaluate. */
import { join } from 'node:path';
import { exitCodeOf } from '../../src/cli/command-line/exit-code';
import { projectRoot } from '../../src/cli/command-line/session';
import { evaluate } from './evaluate';
import { evaluateCommand, type EvaluateOptions } from './options';

void exitCodeOf(async (signal) => {
  const options = evaluateCommand().exitOverride().parse(process.argv).opts<EvaluateOptions>();
  await evaluate(options, join(projectRoot(), '.cache'), signal);
}).then((exitCode) => (process.exitCode = exitCode));
