import fs from 'node:fs';
import path from 'node:path';
import type { AveragingTimes } from '../together/averaging';
import type { StepNumbers } from '../run/trainer';
import type { Validation } from '../run/validation';
import { lossPlot } from './loss-plot';
import { MetricsLog, type Metric } from './metrics';
import { StageProgress } from './progress';
import { TensorBoardLog } from './tensorboard';
import { mean } from './mean';

export interface RunLogOptions {
  readonly out: string;
  readonly maxSteps: number;
  readonly logEvery: number;
  /** Rows of the network per step, of all processes. */
  readonly rowsPerStep: number;
  /** True when a progress bar is drawn. */
  readonly bar: boolean;
}

interface LoggedStep extends StepNumbers {
  readonly step: number;
  readonly rate: number;
  readonly skipped: boolean;
  /** Where several processes train. */
  readonly averaging?: AveragingTimes | undefined;
}

/** Least time between two drawings of the plot; it is drawn at every validation and at the end too. */
const DRAW_EVERY_MS = 10_000;

/** Everything a run shows of itself while it runs: metrics.jsonl, loss.svg, TensorBoard's events, a progress bar. */
export class RunLog {
  readonly #metrics: MetricsLog;
  readonly #board: TensorBoardLog;
  readonly #progress: StageProgress | undefined;
  #drawn = -Infinity;
  #since: { time: number; step: number; losses: number[]; averaging: AveragingTimes[] };
  #detail = '';
  #bits = '';

  /** @param first steps already done */
  constructor(
    readonly options: RunLogOptions,
    first: number,
  ) {
    this.#metrics = new MetricsLog(options.out, first);
    this.#board = new TensorBoardLog(path.join(options.out, 'tensorboard'), first);
    if (options.bar) this.#progress = new StageProgress('training', options.maxSteps, first);
    this.#since = { time: performance.now(), step: first, losses: [], averaging: [] };
  }

  step({ step, rate, loss, gradientNorm, skipped, averaging }: LoggedStep): void {
    const { maxSteps, logEvery, rowsPerStep } = this.options;
    if (skipped) this.#write({ step, skipped: 'its gradients were not finite' });
    else this.#since.losses.push(loss);
    if (averaging) this.#since.averaging.push(averaging);
    if (step % logEvery === 0 && this.#since.losses.length > 0) {
      const { losses, time, step: before } = this.#since;
      const loss = mean(losses);
      const seconds = (performance.now() - time) / 1000;
      const tokensPerSecond = Math.round(((step - before) * rowsPerStep) / seconds);
      this.#write({
        step,
        loss,
        ...(skipped ? {} : { gradientNorm }),
        learningRate: rate,
        tokens: step * rowsPerStep,
        tokensPerSecond,
        ...meanTimes(this.#since.averaging),
      });
      this.#detail = `loss ${loss.toFixed(3)}  ${tokensPerSecond.toLocaleString('en')} tokens/s`;
      this.#since = { time: performance.now(), step, losses: [], averaging: [] };
    }
    this.#progress?.update(step, maxSteps, `${this.#detail}${this.#bits}`);
  }

  validation(step: number, validation: Validation | undefined): void {
    if (validation === undefined) return;
    const { validationLoss, bitsPerByte, bitsAt, sample } = validation;
    const grid = [...bitsAt].map(([t, bits]) => [`bitsPerByte@${t}`, bits] as const);
    this.#write({ step, validationLoss, bitsPerByte, ...Object.fromEntries(grid) });
    this.#bits = `  ${bitsPerByte.toFixed(3)} bits/byte`;
    if (sample) {
      this.#write({ step, ...sample });
      const shown = (text: string): string => `    ${text.replace(/\n/g, '\n    ')}`;
      const of = [`${sample.path}, wanted:`, shown(sample.wanted), 'filled:', shown(sample.filled)];
      this.#board.text(step, 'sample', of.join('\n\n'));
    }
    this.#draw();
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
    this.#draw();
    this.#progress?.stop();
  }

  #write(metric: Metric): void {
    this.#metrics.write(metric);
    const { step, ...rest } = metric;
    const numbers = Object.entries(rest).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    );
    if (numbers.length > 0) this.#board.scalars(step, Object.fromEntries(numbers));
    if (performance.now() - this.#drawn > DRAW_EVERY_MS) this.#draw();
  }

  #draw(): void {
    const { out } = this.options;
    fs.writeFileSync(path.join(out, 'loss.svg'), lossPlot(this.#metrics.all, path.basename(out)));
    this.#drawn = performance.now();
  }
}

/** Means over steps, in milliseconds to the tenth; nothing where none was averaged. */
function meanTimes(times: readonly AveragingTimes[]): Partial<AveragingTimes> & { averagingMs?: number } {
  if (times.length === 0) return {};
  const average = (of: (time: AveragingTimes) => number): number => Math.round(10 * mean(times.map(of))) / 10;
  return {
    computeMs: average(({ computeMs }) => computeMs),
    averagingMs: average(({ writeMs, waitMs, gatherMs }) => writeMs + waitMs + gatherMs),
    writeMs: average(({ writeMs }) => writeMs),
    waitMs: average(({ waitMs }) => waitMs),
    gatherMs: average(({ gatherMs }) => gatherMs),
  };
}
