import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { resolve } from 'node:path';

export const CLI = resolve('dist/cli.js');

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line, or a copy of it, in a process of its own, from `folder`. */
export async function runCli(
  args: readonly string[],
  input = '',
  folder = process.cwd(),
  script = CLI,
): Promise<CliResult> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    env: { ...process.env, INIT_CWD: folder },
  });
  const exit = new Promise<number | null>((done, fail) => child.on('close', done).on('error', fail));
  child.stdin.end(input);
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { exitCode, stdout, stderr };
}
