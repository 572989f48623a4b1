/** npm run evaluate. */
import { join } from 'node:path';
import { CliError } from '../../src/cli/command-line/failures';
import { exitCodeOf } from '../../src/cli/command-line/exit-code';
import { userPath } from '../../src/cli/command-line/options';
import { projectRoot } from '../../src/cli/command-line/session';
import { evaluateBenchmark } from './benchmarks/evaluate-benchmark';
import { evaluate } from './evaluate';
import { evaluateNextEdit } from './next-edit/evaluate-next-edit';
import { evaluateCommand, type EvaluateOptions } from './options';

void exitCodeOf(async (signal) => {
  const command = evaluateCommand().exitOverride().parse(process.argv);
  const options = command.opts<EvaluateOptions>();
  const [file] = command.args;
  if (options.benchmark === undefined) {
    if (file !== undefined)
      throw new CliError(`${file} is not asked for. Name its benchmark with --benchmark, or leave it out.`);
    if (options.nextEdit) return evaluateNextEdit(options, join(projectRoot(), '.cache'), signal);
    return evaluate(options, join(projectRoot(), '.cache'), signal);
  }
  if (file === undefined)
    throw new CliError(`Name the file of ${options.benchmark} behind it, as its publisher has it.`);
  const limit = command.getOptionValueSource('limit') === 'default' ? undefined : options.limit;
  return evaluateBenchmark(options, options.benchmark, userPath(file), limit, signal);
}).then((exitCode) => (process.exitCode = exitCode));
