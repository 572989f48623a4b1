import { spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Signals a child that was started `detached` and all that came out of it; on Windows it simply ends them. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}
