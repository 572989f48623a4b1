import { setTimeout as sleep } from 'node:timers/promises';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { which } from '../../../scripts/vscode/chromium';
import {
  DOWNLOADS,
  desktopCanBeDownloaded,
  hasDisplay,
  startDesktop,
} from '../../../scripts/vscode/vscode-desktop';
import { SUITE_TIMEOUT_MS, keepLog } from './host-tests';
import type { HostRun } from './host-tests';

/**
 * Where the host tests can run: LLADA_TEST_HOST=desktop|browser decides, else desktop VS Code if one is named
 * (VSCODE_EXECUTABLE) or can be downloaded and there is a display to show it on, real or xvfb's.
 */
export async function chooseHost(): Promise<'desktop' | 'browser'> {
  const wanted = process.env['LLADA_TEST_HOST'];
  if (wanted === 'desktop' || wanted === 'browser') return wanted;
  if (wanted) throw new Error(`LLADA_TEST_HOST is "${wanted}"; it can be desktop or browser.`);
  if (!hasDisplay() && !which('xvfb-run')) return 'browser';
  return process.env['VSCODE_EXECUTABLE'] || (await desktopCanBeDownloaded()) ? 'desktop' : 'browser';
}

/** Runs the host tests in desktop VS Code; false if they failed. */
export async function runOnDesktop(run: HostRun): Promise<boolean> {
  const program =
    process.env['VSCODE_EXECUTABLE'] ?? (await downloadAndUnzipVSCode({ cachePath: DOWNLOADS }));
  const desktop = startDesktop(program, {
    paths: [run.folder],
    args: [`--extensionTestsPath=${run.extensionTestsPath}`, '--disable-gpu', '--disable-gpu-sandbox'],
    env: run.env,
  });
  try {
    const timeout = sleep(SUITE_TIMEOUT_MS, `no end after ${SUITE_TIMEOUT_MS / 1000} s`, { ref: false });
    const end = await Promise.race([desktop.ended, timeout]);
    if (end === 0) return true;
    keepLog(typeof end === 'string' ? end : 'tests failed', desktop.log);
    return false;
  } finally {
    desktop.stop();
  }
}
