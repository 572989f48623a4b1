import { CommanderError } from 'commander';
import { program } from '../../../src/cli/program';

/**
 * The message for a command line that cannot be run, without a process: commands write nothing else before they start.
 */
export async function usageOf(args: readonly string[]): Promise<string> {
  const root = program(AbortSignal.abort());
  let said = '';
  for (const command of [root, ...root.commands])
    command.configureOutput({ writeErr: (text) => (said += text) });
  try {
    await root.parseAsync(args, { from: 'user' });
  } catch (error) {
    return error instanceof CommanderError ? said : `error: ${(error as Error).message}`;
  }
  throw new Error(`“${args.join(' ')}” is a command line that can be run`);
}
