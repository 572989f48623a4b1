import { CommanderError } from 'commander';
import { CliError, Interruption } from './failures';
import { listenForInterruption } from './interruption';

const USAGE_EXIT_CODE = 2;

/**
 * Runs a command line to its end and says what went wrong with it.
 *
 * @returns the process's exit code: 0, 1 for a failure, 2 for a wrong command line, 128 + n for a signal
 */
export async function exitCodeOf(run: (signal: AbortSignal) => Promise<unknown>): Promise<number> {
  const signal = listenForInterruption();
  try {
    await run(signal);
    return 0;
  } catch (error) {
    if (signal.reason instanceof Interruption) return signal.reason.exitCode;
    // Commander has already said it.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof CliError ? error.exitCode : 1;
  }
}
