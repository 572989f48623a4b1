import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { atExit } from '../setup/at-exit';
import { ROOT } from '../setup/paths';

const CODE_SERVER = '4.139.1';
/** code-server's build of VS Code asks for this Node. */
const NODE = '24.21.0';

const FOLDER = path.join(ROOT, '.vscode-host');
const READY = `.ready-${CODE_SERVER}-${NODE}`;
const PLATFORM = `linux-${process.arch}`;
const VSCODE = 'node_modules/code-server/lib/vscode';

/** A browser-hosted VS Code on this disk. */
export interface VscodeHost {
  /** The Node that runs it, and so its extension host. */
  readonly node: string;
  readonly entry: string;
}

const HOST: VscodeHost = {
  node: path.join(FOLDER, `node_modules/node-${PLATFORM}/bin/node`),
  entry: path.join(FOLDER, 'node_modules/code-server/out/node/entry.js'),
};

async function npm(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<boolean> {
  const npmCli = process.env['npm_execpath'];
  const [command, ...before] = npmCli ? [process.execPath, npmCli] : ['npm'];
  const child = spawn(command, [...before, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 2, 2],
  });
  const forget = atExit(() => child.kill());
  const code = await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
  forget();
  return code === 0;
}

async function install(dir: string, ...packages: string[]): Promise<void> {
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!(await npm(['install', ...flags, ...packages], dir))) {
    throw new Error(`Could not install VS Code for the browser: npm install failed in ${dir} (see above).`);
  }
}

function removeAllBut(dir: string, keep: string): void {
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir)) {
    if (name !== keep) rmSync(path.join(dir, name), { recursive: true, force: true });
  }
}

/** Copilot, sandboxes and other platforms' binaries: unused here, and most of the download's size. */
function slim(vscode: string): void {
  const modules = path.join(vscode, 'node_modules');
  const unused = ['@microsoft/mxc-sdk', 'node-pty/third_party'].map((name) => path.join(modules, name));
  const github = path.join(modules, '@github');
  for (const name of existsSync(github) ? readdirSync(github) : []) {
    if (name.startsWith('copilot')) unused.push(path.join(github, name));
  }
  unused.push(path.join(vscode, 'extensions/copilot'));
  for (const dir of unused) rmSync(dir, { recursive: true, force: true });
  removeAllBut(path.join(modules, '@vscode/ripgrep-universal/bin'), PLATFORM);
  removeAllBut(path.join(modules, 'node-pty/prebuilds'), PLATFORM);
}

/** Tells if there is a browser-hosted VS Code for this platform. */
export function vscodeHostExists(): boolean {
  return process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
}

/**
 * Real VS Code for a browser (code-server's build) in .vscode-host/, from the npm registry alone: installed once,
 * about 450 MB and a minute.
 * @throws Error where there is no build for this platform, or npm fails.
 */
export async function ensureVscodeHost(): Promise<VscodeHost> {
  if (existsSync(path.join(FOLDER, READY))) return HOST;
  if (!vscodeHostExists()) {
    throw new Error(
      `There is no browser-hosted VS Code for ${process.platform} ${process.arch}: install desktop VS Code, ` +
        'with its `code` command on the PATH (https://code.visualstudio.com).',
    );
  }
  console.error('Installing VS Code for the browser (once, about 450 MB)…');
  // Built aside and moved into place whole: what is called .vscode-host is complete.
  const dir = path.join(ROOT, '.cache/vscode-host');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, 'package.json'), '{"private":true}\n');
  await install(dir, '--no-package-lock', `node-${PLATFORM}@${NODE}`, `code-server@${CODE_SERVER}`);
  const vscode = path.join(dir, VSCODE);
  await install(vscode);
  await install(path.join(vscode, 'extensions'));
  slim(vscode);
  writeFileSync(path.join(dir, READY), '');
  rmSync(FOLDER, { recursive: true, force: true });
  renameSync(dir, FOLDER);
  return HOST;
}

/**
 * Compiles VS Code's file logger once, where there are compilers (40 s). Without it the Output panel stays empty, which
 * only somebody who looks at it would miss: tests do without.
 */
export async function ensureLogger(): Promise<void> {
  await ensureVscodeHost();
  const vscode = path.join(FOLDER, VSCODE);
  if (existsSync(path.join(vscode, 'node_modules/@vscode/spdlog/build/Release/spdlog.node'))) return;
  const missing = ['g++', 'make', 'python3'].filter(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status !== 0,
  );
  if (missing.length > 0) {
    console.error(
      `The Output panel will stay empty: to compile VS Code’s file logger install ${missing.join(', ')}.`,
    );
    return;
  }
  console.error('Compiling VS Code’s file logger (once, about a minute)…');
  const nodeDir = path.join(FOLDER, `node_modules/node-${PLATFORM}`);
  const PATH = `${path.join(nodeDir, 'bin')}:${process.env['PATH'] ?? ''}`;
  const built = await npm(['rebuild', '--loglevel=error', '@vscode/spdlog'], vscode, {
    PATH,
    npm_config_nodedir: nodeDir,
  });
  if (!built) console.error('Going on without it: the Output panel will stay empty.');
}
