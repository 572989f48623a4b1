/** How long to wait is bounded by what nobody notices and by what would feel like nothing comes. */
const SHORTEST_MS = 40;
const LONGEST_MS = 600;
/** A break this long says nothing about the rhythm: the user was thinking. */
const BREAK_MS = 1500;
/** Weight of the newest interval in the running mean and deviation. */
const NEWEST = 0.2;
/** A usual typist, until this one is known: 180 ms between keys. */
const FIRST = { mean: 180, variance: 60 ** 2 };
/** Deviations above the mean that count as a pause: with an engine that answers at once, and per second of its time. */
const DEVIATIONS = { least: 0.5, perSecond: 4, most: 3 };

/**
 * How long nothing must have been typed before it is taken for a pause: longer than this user's usual interval between
 * two keys, by the more deviations the longer the engine works on an answer that the next key would make useless.
 */
export class TypingRhythm {
  #mean = FIRST.mean;
  #variance = FIRST.variance;
  #engineMs = 0;
  #typedAt = -Infinity;

  /** @param now milliseconds of any steady clock */
  typed(now: number): void {
    const interval = now - this.#typedAt;
    this.#typedAt = now;
    if (interval > BREAK_MS) return;
    const difference = interval - this.#mean;
    this.#mean += NEWEST * difference;
    this.#variance = (1 - NEWEST) * (this.#variance + NEWEST * difference ** 2);
  }

  /** @param ms that the engine took for a completion */
  answered(ms: number): void {
    this.#engineMs = this.#engineMs === 0 ? ms : this.#engineMs + NEWEST * (ms - this.#engineMs);
  }

  /** Milliseconds from the last key on. */
  get pauseMs(): number {
    const { least, perSecond, most } = DEVIATIONS;
    const deviations = Math.min(most, least + (perSecond * this.#engineMs) / 1000);
    const pause = this.#mean + deviations * Math.sqrt(this.#variance);
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, pause));
  }
}
