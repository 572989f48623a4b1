import { Presets, SingleBar } from 'cli-progress';

/** A stage of the run, drawn as a bar on a terminal and as a line now and then elsewhere; always on standard error. */
export class StageProgress {
  readonly #bar: SingleBar;

  /** @param total what the stage counts; 1 where it is not known yet */
  constructor(stage: string, total: number, start = 0) {
    this.#bar = new SingleBar(
      {
        format: `${stage.padEnd(10)} [{bar}] {percentage}% {value}/{total} {detail} {eta_formatted} left`,
        stream: process.stderr,
        noTTYOutput: true,
        notTTYSchedule: 20_000,
        etaBuffer: 50,
        fps: 5,
        hideCursor: null,
      },
      Presets.shades_classic,
    );
    this.#bar.start(total, start, { detail: '' });
  }

  update(done: number, total: number, detail: string): void {
    this.#bar.setTotal(total);
    this.#bar.update(done, { detail });
  }

  stop(): void {
    this.#bar.stop();
  }
}
