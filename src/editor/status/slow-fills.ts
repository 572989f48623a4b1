/** Fills that take longer than this on average come too late to be of use while typing. */
const SLOW_MS = 1200;
/** So many are looked at before anything is said. */
const FILLS = 8;

/** Finds out from the last fills that a machine is slow. */
export class SlowFills {
  #times: number[] = [];

  /**
   * @param ms that another fill took
   * @returns the mean of the last ones when that is too long, ms
   */
  add(ms: number): number | undefined {
    this.#times = [...this.#times, ms].slice(-FILLS);
    const mean = this.#times.reduce((sum, time) => sum + time, 0) / this.#times.length;
    return this.#times.length === FILLS && mean >= SLOW_MS ? mean : undefined;
  }
}
