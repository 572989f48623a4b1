/** Ticks without a sign of life that mean a hung process. */
const MOST_SILENT_TICKS = 30;

/**
 * Notices when signs of life stop coming. It counts ticks of its own instead of reading a clock: while the machine
 * sleeps, or its process is stopped, neither side's time passes.
 */
export class Watchdog {
  #watching = false;
  #everHeard = false;
  #silentTicks = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param tickMs a thirtieth of the silence that is borne @param hung called once */
  constructor(
    private readonly tickMs: number,
    private readonly hung: (silentMs: number) => void,
  ) {}

  /** Whether signs of life are to be expected. Nothing is expected of a process that has never given one. */
  set watching(watching: boolean) {
    this.#watching = watching;
    this.#silentTicks = 0;
    if (watching && this.#everHeard) {
      this.#timer ??= setInterval(() => this.#tick(), this.tickMs).unref();
    } else if (!watching) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  heard(): void {
    this.#everHeard = true;
    this.watching = this.#watching;
  }

  #tick(): void {
    if (++this.#silentTicks < MOST_SILENT_TICKS) return;
    this.watching = false;
    this.hung(this.tickMs * MOST_SILENT_TICKS);
  }
}
