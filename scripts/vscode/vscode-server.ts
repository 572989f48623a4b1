import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atExit } from '../setup/at-exit';
import { ROOT } from '../setup/paths';
import { signalGroup } from '../setup/process-group';
import { ensureVscodeHost, type VscodeHost } from './vscode-host';
import { QUIET_SETTINGS } from './vscode-settings';

/** On a busy machine; a server that ends before is told of at once. */
const START_TIMEOUT_MS = 300_000;

export interface ServerOptions {
  /** On 127.0.0.1; a free one by default. */
  readonly port?: number | undefined;
  /** User settings on top of {@link QUIET_SETTINGS}. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings of the scope machine: those of the user's own settings are not taken where VS Code is a web page. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /** Have this extension installed, built from this repository. */
  readonly installExtension?: boolean;
  /** Opens workspaces in Restricted Mode. */
  readonly restricted?: boolean;
  /** Have this .vsix installed, as a user installs one. */
  readonly installVsix?: string;
  /** For the server and so for its extension host; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A running browser-hosted VS Code. All that it writes lies in one temporary folder. */
export interface VscodeServer {
  /** Host and port, as in `vscode-remote://` URIs. */
  readonly authority: string;
  readonly url: string;
  /** Its output so far. */
  readonly log: readonly string[];
  /** Ends every process of it and removes its folder. */
  stop(): Promise<void>;
  /** Resolves when the server is gone. */
  readonly ended: Promise<void>;
}

/** The address of the workbench with a folder open, or the folders of a .code-workspace file. */
export function workbenchUrl(server: VscodeServer, folder: string, file?: string): string {
  const url = new URL(server.url);
  url.searchParams.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', folder);
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
    ...(file ? [['openFile', `vscode-remote://${server.authority}${encodeURI(file)}`]] : []),
  ];
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Links, but in a folder of their own: uninstalling the extension takes these away and not the repository. */
function linkExtension(folder: string): void {
  mkdirSync(folder);
  for (const manifest of ['package.json', 'package.nls.json']) {
    copyFileSync(path.join(ROOT, manifest), path.join(folder, manifest));
  }
  for (const part of ['dist', 'media', 'models', 'node_modules']) {
    symlinkSync(path.join(ROOT, part), path.join(folder, part));
  }
}

/** Lays out the server's folder; returns the arguments that keep it inside. */
function prepare(root: string, options: ServerOptions): string[] {
  const userData = path.join(root, 'data');
  const extensions = path.join(root, 'extensions');
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  mkdirSync(extensions);
  writeFileSync(path.join(root, 'config.yaml'), 'auth: none\n');
  const trust = {
    'security.workspace.trust.enabled': true,
    'security.workspace.trust.startupPrompt': 'never',
  };
  const settings = { ...QUIET_SETTINGS, ...(options.restricted && trust), ...options.settings };
  writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify(settings, null, 2));
  mkdirSync(path.join(userData, 'Machine'));
  writeFileSync(
    path.join(userData, 'Machine/settings.json'),
    JSON.stringify(options.machineSettings ?? {}, null, 2),
  );
  if (options.installExtension) linkExtension(path.join(extensions, 'llada-infill'));
  return [
    '--config',
    path.join(root, 'config.yaml'),
    '--user-data-dir',
    userData,
    '--extensions-dir',
    extensions,
  ];
}

/** @throws Error with what VS Code said */
function installVsix(host: VscodeHost, file: string, dirs: readonly string[], env: NodeJS.ProcessEnv): void {
  const args = [host.entry, ...dirs, '--install-extension', file];
  const { status, stdout, stderr } = spawnSync(host.node, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`VS Code did not install ${file}:\n${stdout}${stderr}`);
}

function environment(root: string, options: ServerOptions): NodeJS.ProcessEnv {
  const own = { XDG_DATA_HOME: root, XDG_CONFIG_HOME: root, XDG_CACHE_HOME: root, XDG_RUNTIME_DIR: root };
  const offline = { EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  // Left over from a terminal inside VS Code or from the runner, these would change the server's ways.
  const none = { VSCODE_IPC_HOOK_CLI: undefined, NODE_OPTIONS: undefined, PORT: undefined };
  return { ...process.env, ...own, ...offline, ...none, ...options.env };
}

/**
 * Starts VS Code for the browser on 127.0.0.1, installing it first if need be.
 * Nothing of it outlives this process.
 */
export async function startServer(options: ServerOptions = {}): Promise<VscodeServer> {
  const host = await ensureVscodeHost();
  const root = mkdtempSync(path.join(tmpdir(), 'llada-vscode-'));
  const authority = `127.0.0.1:${options.port ?? (await freePort())}`;
  const flags = ['--auth', 'none', '--disable-telemetry', '--disable-update-check'];
  if (!options.restricted) flags.push('--disable-workspace-trust');
  flags.push('--disable-getting-started-override', '--ignore-last-opened');
  const dirs = prepare(root, options);
  const env = environment(root, options);
  if (options.installVsix) installVsix(host, options.installVsix, dirs, env);
  const child = spawn(host.node, [host.entry, ...dirs, '--bind-addr', authority, ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that extension hosts, terminals and engines end with it.
    detached: true,
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => log.push(data.toString()));
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      log.push(error.message);
      resolve();
    });
  });
  const remove = (): void => {
    signalGroup(child, 'SIGKILL');
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const forget = atExit(remove);
  const stop = async (): Promise<void> => {
    signalGroup(child, 'SIGTERM');
    await Promise.race([ended, sleep(3000, undefined, { ref: false })]);
    remove();
    forget();
  };

  const url = `http://${authority}/`;
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(`${url}healthz`))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`VS Code did not start on ${authority}:\n${log.join('')}`);
    }
    await sleep(200);
  }
  return { authority, url, log, stop, ended };
}
