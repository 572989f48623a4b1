/** The patience with a process that has something to do. */
export interface Patience {
  readonly tickMs: number;
  /** Ticks without a sign of life that mean a hung process. */
  readonly silentTicks: number;
  /** Ticks at work without an answer: no step takes so long, one of a large model on a slow processor neither. */
  readonly stuckTicks: number;
}

/**
 * Notices when signs of life stop coming, or come without an answer for very long. It counts ticks of its own instead of
 * reading a clock: while the machine sleeps, or its process is stopped, neither side's time passes.
 */
export class Watchdog {
  #watching = false;
  #everHeard = false;
  #silentTicks = 0;
  #stuckTicks = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param hung called once with what the process did */
  constructor(
    private readonly patience: Patience,
    private readonly hung: (what: string) => void,
  ) {}

  get watching(): boolean {
    return this.#watching;
  }

  /** True when signs of life are to be expected. Nothing is expected of a process that has never given one. */
  set watching(watching: boolean) {
    if (watching !== this.#watching) this.answered();
    this.#watching = watching;
    this.#silentTicks = 0;
    if (watching && this.#everHeard) {
      this.#timer ??= setInterval(() => this.#tick(), this.patience.tickMs).unref();
    } else if (!watching) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  heard(): void {
    this.#everHeard = true;
    this.watching = this.#watching;
  }

  answered(): void {
    this.#stuckTicks = 0;
  }

  #tick(): void {
    const { tickMs, silentTicks, stuckTicks } = this.patience;
    const silent = ++this.#silentTicks >= silentTicks;
    const stuck = ++this.#stuckTicks >= stuckTicks;
    if (!silent && !stuck) return;
    this.watching = false;
    this.hung(
      silent
        ? `gave no sign of life for ${Math.round((silentTicks * tickMs) / 1000)} s`
        : `did not get on with a step for ${Math.round((stuckTicks * tickMs) / 60_000)} minutes`,
    );
  }
}
