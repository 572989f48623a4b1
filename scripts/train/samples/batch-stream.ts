import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { TokenizerJson } from '../../../src/engine/training';
import type { Batch } from '../network/network';
import type { BatchConfig } from './batch';
import type { PackedCorpus } from './packed-corpus';

export interface BatchStreamConfig {
  readonly corpus: PackedCorpus;
  readonly tokenizer: TokenizerJson;
  readonly config: BatchConfig;
  readonly seed: number;
  /** This process's part of each step's batches: `each` of them, after those of the `rank` processes before it. */
  readonly part: { readonly each: number; readonly rank: number; readonly size: number };
  /** Number, in the whole run, of the first batch of its last part. */
  readonly lateFrom: number;
}

const MOST_WORKERS = 12;
const BATCHES_AHEAD_PER_WORKER = 2;

/**
 * Batches in order of their number, built ahead of use by worker threads. Which worker builds a batch makes no
 * difference to it, so a run is the same with any number of workers, and resumes at any batch.
 */
export class BatchStream {
  readonly #workers: Worker[];
  readonly #waiting = new Map<number, { resolve: (batch: Batch) => void; reject: (error: Error) => void }>();
  readonly #ready = new Map<number, Batch>();
  #failure: Error | undefined;
  #asked: number;

  /** @param first number of the first batch that will be asked for */
  constructor(
    config: BatchStreamConfig,
    first: number,
    workers = Math.min(MOST_WORKERS, Math.max(1, os.availableParallelism() - 1)),
  ) {
    this.#asked = first;
    this.#workers = Array.from({ length: workers }, () => {
      const worker = new Worker(path.join(__dirname, 'train-worker.js'), { workerData: config });
      worker.on('message', ({ index, batch }: { index: number; batch: Batch }) =>
        this.#deliver(index, batch),
      );
      worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
      return worker;
    });
  }

  /** Batch number `index`; numbers are asked for in ascending order. */
  next(index: number): Promise<Batch> {
    for (
      const most = index + this.#workers.length * BATCHES_AHEAD_PER_WORKER;
      this.#asked < most;
      this.#asked++
    ) {
      this.#workers[this.#asked % this.#workers.length]!.postMessage(this.#asked);
    }
    const ready = this.#ready.get(index);
    if (ready) {
      this.#ready.delete(index);
      return Promise.resolve(ready);
    }
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#waiting.set(index, { resolve, reject }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #deliver(index: number, batch: Batch): void {
    const waiting = this.#waiting.get(index);
    this.#waiting.delete(index);
    if (waiting) waiting.resolve(batch);
    else this.#ready.set(index, batch);
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
