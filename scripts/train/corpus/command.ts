import { spawn } from 'node:child_process';

/** The program found the disk full. */
class DiskFull extends Error {
  readonly code = 'ENOSPC';
}

/**
 * Runs a command to its end.
 *
 * @param options.complainsOn where it says what went wrong
 * @returns its exit code, and the end of what it wrote there
 * @throws Error when it cannot be started; code `ENOSPC` when it found the disk full; `ABORT_ERR` when aborted
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal | undefined;
    readonly complainsOn?: 'stdout' | 'stderr';
  } = {},
): Promise<{ readonly code: number | null; readonly said: string }> {
  const { cwd, env, signal, complainsOn = 'stderr' } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal && { signal }),
    });
    let said = '';
    let failure: Error | undefined;
    child[complainsOn].on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    child[complainsOn === 'stderr' ? 'stdout' : 'stderr'].resume();
    child.on('error', (error) => (failure = error));
    // Waits for the end even when aborted: whoever cleans up after it must not race with it.
    child.on('close', (code) => {
      if (failure) reject(failure);
      else if (code !== 0 && said.includes('ENOSPC')) reject(new DiskFull(said.trim()));
      else resolve({ code, said: said.trim() });
    });
  });
}
