import { MetricsLog } from './metrics';
import { StageProgress } from './progress';
import type { StepNumbers } from './trainer';
import type { Validation } from './validation';

export interface RunLogOptions {
  readonly out: string;
  readonly maxSteps: number;
  readonly logEvery: number;
  /** Rows of the network per step, of all processes. */
  readonly rowsPerStep: number;
  /** Whether a progress bar is drawn. */
  readonly bar: boolean;
}

interface LoggedStep extends StepNumbers {
  readonly step: number;
  readonly rate: number;
  readonly skipped: boolean;
}

/** Everything a run shows of itself while it runs: metrics.jsonl and the progress bar. */
export class RunLog {
  readonly #metrics: MetricsLog;
  readonly #progress: StageProgress | undefined;
  #since: { time: number; step: number; losses: number[] };
  #detail = '';
  #bits = '';

  /** @param first steps already done */
  constructor(
    readonly options: RunLogOptions,
    first: number,
  ) {
    this.#metrics = new MetricsLog(options.out, first);
    if (options.bar) this.#progress = new StageProgress('training', options.maxSteps, first);
    this.#since = { time: performance.now(), step: first, losses: [] };
  }

  step({ step, rate, loss, gradientNorm, skipped }: LoggedStep): void {
    const { maxSteps, logEvery, rowsPerStep } = this.options;
    if (skipped) this.#metrics.write({ step, skipped: 'its gradients were not finite' });
    else this.#since.losses.push(loss);
    if (step % logEvery === 0 && this.#since.losses.length > 0) {
      const { losses, time, step: before } = this.#since;
      const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
      const seconds = (performance.now() - time) / 1000;
      const tokensPerSecond = Math.round(((step - before) * rowsPerStep) / seconds);
      this.#metrics.write({
        step,
        loss: mean,
        ...(skipped ? {} : { gradientNorm }),
        learningRate: rate,
        tokens: step * rowsPerStep,
        tokensPerSecond,
      });
      this.#detail = `loss ${mean.toFixed(3)}  ${tokensPerSecond.toLocaleString('en')} tokens/s`;
      this.#since = { time: performance.now(), step, losses: [] };
    }
    this.#progress?.update(step, maxSteps, `${this.#detail}${this.#bits}`);
  }

  validation(step: number, validation: Validation | undefined): void {
    if (validation === undefined) return;
    const { validationLoss, bitsPerByte, bitsAt, sample } = validation;
    const grid = [...bitsAt].map(([t, bits]) => [`bitsPerByte@${t}`, bits] as const);
    this.#metrics.write({ step, validationLoss, bitsPerByte, ...Object.fromEntries(grid) });
    this.#bits = `  ${bitsPerByte.toFixed(3)} bits/byte`;
    if (sample) this.#metrics.write({ step, ...sample });
  }

  /** Runs what is not training; its time does not count in the speed. */
  async pausing<T>(work: () => Promise<T>): Promise<T> {
    const before = performance.now();
    try {
      return await work();
    } finally {
      this.#since.time += performance.now() - before;
    }
  }

  close(): void {
    this.#progress?.stop();
  }
}
