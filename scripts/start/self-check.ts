import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../setup/paths';
import { vscodeHostExists } from '../vscode/vscode-host';
import { startServer, workbenchUrl } from '../vscode/vscode-server';
import { copySamples } from './samples';

/** Fills the sample once in a process of its own; it prints text, steps, milliseconds and provider. */
function checkFill(): void {
  const { status, signal } = spawnSync(process.execPath, [path.join(ROOT, 'dist/cli.js'), 'self-check'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0)
    throw new Error(`The sample could not be filled (${signal ?? `exit code ${String(status)}`}).`);
}

async function get(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`VS Code answered ${response.status} for ${url}.`);
  return response.text();
}

/** Everything short of a window: the server runs, its page comes, and so does what the page loads. */
async function checkServer(port?: number): Promise<void> {
  if (!vscodeHostExists()) {
    console.log(
      `VS Code server: none for ${process.platform} ${process.arch}; npm start opens desktop VS Code`,
    );
    return;
  }
  const started = performance.now();
  const server = await startServer({ port, installExtension: true });
  try {
    console.log(
      `VS Code server: answers at ${server.url} after ${(performance.now() - started).toFixed(0)} ms`,
    );
    const page = await get(workbenchUrl(server, copySamples().folder));
    const script = /(?:src|import\()\s*=?\s*["']([^"']*workbench[^"']*\.js)["']/.exec(page)?.[1];
    if (!script || !page.includes('vscode-workbench-web-configuration')) {
      throw new Error('The page that VS Code sent is not its workbench.');
    }
    const code = await get(new URL(script, server.url).href);
    console.log(`workbench page: loads (${page.length + code.length} characters)`);
  } finally {
    await server.stop();
  }
  console.log('VS Code server: stopped');
}

/** Checks without opening a window that what `npm start` opens works. Prints each fact; throws at the first failure. */
export async function selfCheck(options: {
  readonly withServer: boolean;
  readonly port?: number | undefined;
}): Promise<void> {
  checkFill();
  if (options.withServer) await checkServer(options.port);
}
