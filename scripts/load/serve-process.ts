import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

export const SERVE = resolve('dist/serve.js');

/** `npm run serve` in a process of its own, as the build makes it. */
export class ServeProcess {
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  /** @param script a copy of the server, if not the one that was built */
  constructor(args: readonly string[], script = SERVE) {
    this.#child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#ended = once(this.#child, 'close');
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Resolves to what matches, once it has been said. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stderr);
      if (found) return found;
      if (this.#child.exitCode !== null)
        throw new Error(`it ended without saying ${pattern}: ${this.stderr}`);
      await new Promise((next) => setTimeout(next, 10));
    }
  }

  /** Where it listens. */
  async url(): Promise<string> {
    return (await this.says(/Listening on (http:\S+)\./))[1]!;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async exitCode(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }
}
