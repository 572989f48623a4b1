import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../../../src/cli/command-line/failures';

const LIMIT_MS = 10_000;
const LIMIT_BYTES = 1 << 30;

/**
 * Runs the text on standard input, and says the word it was given once that has come to its end. What a model has written
 * may loop, eat memory or talk to anybody: memory is limited by the system; sockets, processes, foreign code and files to
 * be written are refused by an audit hook, which Python cannot take away again (PEP 578).
 */
const RUNNER = `
import sys
word, limit = sys.argv[1], int(sys.argv[2])
source = sys.stdin.read()
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
except (ImportError, ValueError, OSError):
    pass  # Windows has none; macOS refuses this one
program = compile(source, 'task.py', 'exec')
def refuse(event, arguments):
    writes = event == 'open' and isinstance(arguments[1], str) and any(c in arguments[1] for c in 'wax+')
    if writes or event.startswith(('socket.', 'subprocess.', 'os.system', 'os.exec', 'os.fork', 'os.posix_spawn',
                                   'os.spawn', 'os.remove', 'os.rename', 'os.rmdir', 'os.kill', 'shutil.', 'ctypes.')):
        raise PermissionError(event)
sys.stdout = sys.stderr = None
sys.addaudithook(refuse)
exec(program, {'__name__': 'task'})
sys.__stdout__.write(word)
sys.__stdout__.flush()
`;

/**
 * Tells whether a Python program comes to its end without an error, within ten seconds and a gibibyte, in a process
 * and an empty folder of its own, without network.
 *
 * @throws CliError when there is no Python
 */
export async function passesPython(
  program: string,
  signal?: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'infill-tests-'));
  const word = randomUUID();
  try {
    return (
      (await output(['-I', '-c', RUNNER, word, String(LIMIT_BYTES)], program, folder, limitMs, signal)) ===
      word
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function output(
  args: readonly string[],
  input: string,
  cwd: string,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const command = process.platform === 'win32' ? 'python' : 'python3';
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { PATH: process.env['PATH'], SYSTEMROOT: process.env['SYSTEMROOT'] },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout,
      killSignal: 'SIGKILL',
      ...(signal ? { signal } : {}),
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    // A child that is ended before it has read everything breaks the pipe; that it has failed is known then.
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new CliError(
              `pass@1 runs the tasks’ own tests with ${command}, which is not there. Install Python 3.`,
            )
          : error,
      ),
    );
    child.once('close', () => resolve(text));
  });
}
