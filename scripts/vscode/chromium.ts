import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Full path of a program on the PATH. */
export function which(name: string): string | undefined {
  const dirs = (process.env['PATH'] ?? '').split(path.delimiter);
  return dirs
    .map((dir) => path.join(dir, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function findChromium(): string | undefined {
  const onPath = NAMES.map(which).find((file) => file !== undefined);
  return (
    process.env['CHROMIUM'] ??
    onPath ??
    [...ELSEWHERE, chromium.executablePath()].find((file) => existsSync(file))
  );
}

function aptInstall(name: string): void {
  if (process.getuid?.() !== 0 || !which('apt-get')) return;
  console.error(`Installing ${name} (apt-get)…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('sh', ['-c', `apt-get update -qq && apt-get install -y -qq ${name}`], {
    env,
    stdio: ['ignore', 2, 2],
  });
}

/**
 * A Chromium or Chrome, found or, where this user may, installed.
 * @throws Error that says what to install.
 */
function ensureChromium(): string {
  let found = findChromium();
  if (!found) {
    aptInstall('chromium');
    found = findChromium();
  }
  if (found) return found;
  throw new Error('These tests need a Chromium: install chromium or google-chrome, or name one in CHROMIUM.');
}

/** A headless browser. */
export function launchChromium(): Promise<Browser> {
  const quiet = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ];
  // Containers and root have no use for Chromium's sandbox, nor most of them a GPU.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet];
  return chromium.launch({ executablePath: ensureChromium(), args });
}
