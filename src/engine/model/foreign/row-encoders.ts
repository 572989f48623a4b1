import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EncodeJob } from './encode-worker';
import { encodeRows, type EncodedForm, type EncodedRows, type StoredRows } from './encode-rows';

/** Fewer weights than these are turned sooner than threads are started. */
const LEAST_ELEMENTS = 2 ** 26;
const MOST_THREADS = 16;

/** The job that a thread is at work on. */
interface Job {
  readonly done: (encoded: EncodedRows) => void;
  readonly failed: (error: unknown) => void;
}

/** Turns rows into another form, in threads where there is much to do. */
export class RowEncoders {
  readonly #threads: readonly Thread[];
  readonly #idle: Thread[];
  readonly #waiting: ((thread: Thread) => void)[] = [];

  /**
   * @param elements how many weights there are
   * @param script the bundle of encode-worker.ts; webpack puts it beside whatever it bundles this into, and beside the
   *   sources there is none
   */
  constructor(elements: number, script = path.join(__dirname, 'encode-worker.js')) {
    const isWorth = elements >= LEAST_ELEMENTS && existsSync(script);
    const count = isWorth ? Math.min(availableParallelism(), MOST_THREADS) : 0;
    this.#threads = Array.from({ length: count }, () => new Thread(script));
    this.#idle = [...this.#threads];
  }

  /** How many calls of `encode` are to be under way together. */
  get ahead(): number {
    return this.#threads.length + 1;
  }

  /** @param rows whose buffer is handed over and cannot be used afterwards */
  async encode(rows: StoredRows, form: EncodedForm): Promise<EncodedRows> {
    if (this.#threads.length === 0) return encodeRows(rows, form);
    const thread = this.#idle.pop() ?? (await new Promise<Thread>((resolve) => this.#waiting.push(resolve)));
    try {
      return await thread.run({ rows, form });
    } finally {
      const next = this.#waiting.shift();
      if (next) next(thread);
      else this.#idle.push(thread);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}

/** One worker and its job. */
class Thread {
  readonly #worker: Worker;
  #job: Job | undefined;

  constructor(script: string) {
    this.#worker = new Worker(script);
    this.#worker.on('message', (encoded: EncodedRows) => this.#job?.done(encoded));
    this.#worker.on('error', (error) => this.#job?.failed(error));
  }

  run(job: EncodeJob): Promise<EncodedRows> {
    return new Promise((done, failed) => {
      this.#job = { done, failed };
      this.#worker.postMessage(job, [job.rows.bytes.buffer]);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
