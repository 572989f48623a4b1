import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isRunning } from './is-running';

/** How long a crash speaks against a provider: drivers do get repaired. */
const REMEMBERED_MS = 24 * 3600 * 1000;

/**
 * Remembers what this process is about to try, in a file that is gone when the trial is over, whatever its outcome. A
 * graphics driver can take the whole process down, which no `try` catches: the file is then still there at the next
 * start.
 */
export class CrashRecord {
  /** @param folder of the user's own; made when needed */
  constructor(private readonly folder: string = defaultFolder()) {}

  /** The file of a trial of `name` that ended its process, if there was one lately. */
  find(name: string): string | undefined {
    if (!fs.existsSync(this.folder)) return undefined;
    return fs
      .readdirSync(this.folder)
      .filter((file) => file.startsWith(`${name}-`) && !isRunning(Number(file.slice(name.length + 1))))
      .map((file) => path.join(this.folder, file))
      .find((file) => {
        const written = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
        return written !== undefined && Date.now() - written < REMEMBERED_MS;
      });
  }

  async during<T>(name: string, trial: () => Promise<T>): Promise<T> {
    const file = path.join(this.folder, `${name}-${process.pid}`);
    const forget = (): void => fs.rmSync(file, { force: true });
    try {
      fs.mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      fs.writeFileSync(file, '');
    } catch {
      return trial(); // no place for the record: the trial matters more
    }
    process.once('exit', forget);
    try {
      return await trial();
    } finally {
      forget();
      process.off('exit', forget);
    }
  }
}

function defaultFolder(): string {
  return path.join(os.tmpdir(), `llada-infill-${process.getuid?.() ?? 'user'}`, 'provider-trials');
}
