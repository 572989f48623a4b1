/** npm run evaluate. */
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { CliError, Interruption } from '../failures';
import { listenForInterruption } from '../interruption';
import { projectRoot } from '../session';
import { evaluate } from './evaluate';
import { evaluateCommand, type EvaluateOptions } from './options';

const USAGE_EXIT_CODE = 2;

/** @returns the process's exit code: 0, 1 for a failure, 2 for a wrong command line, 128 + n for a signal */
async function main(argv: readonly string[]): Promise<number> {
  const signal = listenForInterruption();
  try {
    const options = evaluateCommand().exitOverride().parse(argv).opts<EvaluateOptions>();
    await evaluate(options, join(projectRoot(), '.cache'), signal);
    return 0;
  } catch (error) {
    if (signal.reason instanceof Interruption) return signal.reason.exitCode;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof CliError ? error.exitCode : 1;
  }
}

void main(process.argv).then((exitCode) => (process.exitCode = exitCode));
