import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { atExit } from '../setup/at-exit';
import { ROOT } from '../setup/paths';
import { signalGroup } from '../setup/process-group';
import { which } from './chromium';
import { QUIET_SETTINGS } from './vscode-settings';

/** Where @vscode/test-electron keeps what it downloads (git-ignored). */
export const DOWNLOADS = path.join(ROOT, '.vscode-test');

/** Tells if a window can be shown. */
export function hasDisplay(): boolean {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return process.platform !== 'linux' || Boolean(DISPLAY ?? WAYLAND_DISPLAY);
}

/**
 * The program behind `code` on the PATH. Not `code` itself: that one hands over to a running VS Code and leaves, so it
 * could not be ended again. The `code` of a remote terminal has no program behind it and is no help.
 */
function installedDesktop(): string | undefined {
  const command = which(process.platform === 'win32' ? 'code.cmd' : 'code');
  if (!command) return undefined;
  const bin = path.dirname(realpathSync(command));
  const programs = ['../code', '../Code.exe', '../../../MacOS/Code', '../../../MacOS/Electron'];
  return programs.map((program) => path.join(bin, program)).find((program) => existsSync(program));
}

/** Tells if desktop VS Code can be had from its maker. */
export async function desktopCanBeDownloaded(): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(5000);
    return (await fetch('https://update.code.visualstudio.com/api/releases/stable', { signal })).ok;
  } catch {
    return false;
  }
}

/** An installed desktop VS Code (VSCODE_EXECUTABLE names one), else a downloaded one, else nothing. */
export async function findDesktop(): Promise<string | undefined> {
  const there = process.env['VSCODE_EXECUTABLE'] ?? installedDesktop();
  if (there) return there;
  if (!(await desktopCanBeDownloaded())) return undefined;
  return downloadAndUnzipVSCode({ cachePath: DOWNLOADS });
}

export interface DesktopOptions {
  /** The folder to open, and a file in it. */
  readonly paths: readonly string[];
  /** Further arguments. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A running desktop VS Code, apart from the user's own: profile and processes are its own. */
export interface Desktop {
  /** Resolves when it is closed, to its exit code, null if it was killed. */
  readonly ended: Promise<number | null>;
  /** Its output so far. */
  readonly log: readonly string[];
  /** Ends every process of it and removes its profile. */
  stop(): void;
}

/** Opens a window of desktop VS Code with this extension. Nothing of it outlives this process. */
export function startDesktop(program: string, options: DesktopOptions): Desktop {
  const root = mkdtempSync(path.join(tmpdir(), 'llada-vscode-'));
  const userData = path.join(root, 'data');
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify(QUIET_SETTINGS, null, 2));
  const args = ['--user-data-dir', userData, '--extensions-dir', path.join(root, 'extensions')];
  args.push('--disable-workspace-trust', '--disable-updates', '--skip-welcome', '--skip-release-notes');
  // Electron refuses to run as root with its sandbox.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  args.push(`--extensionDevelopmentPath=${ROOT}`, '--new-window', ...(options.args ?? []), ...options.paths);

  // Started from a terminal inside VS Code, these would make it a part of that one.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_RUN_AS_NODE$|NODE_OPTIONS$)/.test(name),
  );
  const env = { ...Object.fromEntries(inherited), ...options.env };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => log.push(data.toString()));
  const undo = (): void => {
    signalGroup(child, 'SIGKILL');
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const forget = atExit(undo);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
  const stop = (): void => {
    undo();
    forget();
  };
  return { ended, log, stop };
}
