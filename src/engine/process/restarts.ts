import { EngineError } from '../contract/errors';

/** This many crashes within the window are not answered by another start. */
const MOST_CRASHES = 3;
const CRASH_WINDOW_MS = 60_000;
const FIRST_DELAY_MS = 250;

/** How often the engine process has stopped lately, and what follows from it. */
export class Restarts {
  #crashes: number[] = [];

  crashed(): void {
    this.#crashes.push(Date.now());
  }

  /**
   * Waits as long as a start should be put off: not at all at first, longer after every crash.
   *
   * @throws EngineError `engine-crashed` when there were too many of them
   */
  async wait(): Promise<void> {
    this.#crashes = this.#crashes.filter((at) => Date.now() - at < CRASH_WINDOW_MS);
    const count = this.#crashes.length;
    if (count >= MOST_CRASHES) {
      throw new EngineError(
        'engine-crashed',
        `The engine process stopped ${count} times within a minute and is not started again by itself. Restart the engine, or choose another provider.`,
      );
    }
    if (count > 0) await new Promise((resolve) => setTimeout(resolve, FIRST_DELAY_MS * 2 ** (count - 1)));
  }
}
