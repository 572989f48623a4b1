import { spawn } from 'node:child_process';
import { Command, InvalidArgumentError } from 'commander';
import { findDesktop, hasDisplay, startDesktop } from '../vscode/vscode-desktop';
import { ensureLogger } from '../vscode/vscode-host';
import { startServer, workbenchUrl } from '../vscode/vscode-server';
import { copySamples } from './samples';
import { selfCheck } from './self-check';

interface Options {
  readonly open: boolean;
  readonly selfCheck?: true;
  readonly port?: number;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('A port is 1 to 65535.');
  return port;
}

function openInBrowser(url: string): void {
  const [command, ...args] = {
    darwin: ['open', url],
    win32: ['cmd', '/c', 'start', '""', url.replaceAll('&', '^&')],
  }[process.platform as string] ?? ['xdg-open', url];
  const child = spawn(command!, args, { stdio: 'ignore', detached: true });
  // The address is printed too: whoever has no such command can still go there.
  child.on('error', () => undefined);
  child.unref();
}

async function serve(options: Options): Promise<void> {
  await ensureLogger();
  const server = await startServer({ port: options.port, installExtension: true });
  const { folder, first } = copySamples();
  const url = workbenchUrl(server, folder, first);
  console.log(`\nVS Code with LLaDA Infill, for this machine's browsers only:\n\n  ${url}\n`);
  console.log('It shows a copy of samples/. Ctrl-C ends it and removes the copy.');
  if (options.open && hasDisplay()) openInBrowser(url);
  await server.ended;
  throw new Error(`VS Code ended by itself:\n${server.log.slice(-20).join('')}`);
}

async function start(options: Options): Promise<void> {
  if (options.selfCheck) {
    await selfCheck({ withServer: !options.open, port: options.port });
    return;
  }
  const desktop =
    options.open && options.port === undefined && hasDisplay() ? await findDesktop() : undefined;
  if (!desktop) {
    await serve(options);
    return;
  }
  const { folder, first } = copySamples();
  console.log('Opening VS Code with LLaDA Infill on a copy of samples/. Closing it, or Ctrl-C, ends it.');
  await startDesktop(desktop, { paths: [folder, first] }).ended;
}

const PROGRAM = new Command('npm start --')
  .description(
    'Opens VS Code with the extension on a copy of samples/: on the desktop if it can, else in a browser.',
  )
  .option('--no-open', 'do not open anything: serve VS Code for a browser and print its address')
  .option('--port <port>', 'serve VS Code for a browser on this port of 127.0.0.1', parsePort)
  .option(
    '--self-check',
    'fill the sample once, print what came out, and leave; with --no-open check the server too',
  )
  .action(start);

PROGRAM.parseAsync().then(
  // An open handle of a browser or server must not keep a finished start alive.
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
