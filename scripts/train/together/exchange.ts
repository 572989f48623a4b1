import fs from 'node:fs';
import path from 'node:path';
import type { Exchange } from '../trainer';

/** Where processes wait for each other. */
export interface Barrier {
  /** Resolves when every process has called it as often as this one. */
  wait(): Promise<void>;
}

/**
 * Averages through files in memory (a tmpfs where there is one): every process writes its values, adds up its own part
 * of all processes' (in the order of their ranks, so that the result is the same everywhere and every time), and reads
 * the other parts. Reduce, then gather: each process reads and writes about twice the values, however many there are.
 */
export class FileExchange implements Exchange {
  readonly #own: number;
  readonly #mean: number;
  readonly #files: readonly string[];
  #others: readonly number[] | undefined;

  /** @param folder one that all processes share, and no other run does */
  constructor(
    folder: string,
    readonly rank: number,
    size: number,
    readonly barrier: Barrier,
  ) {
    const open = (name: string): number =>
      fs.openSync(path.join(folder, name), fs.constants.O_RDWR | fs.constants.O_CREAT);
    this.#files = Array.from({ length: size }, (_, i) => path.join(folder, `values-${i}`));
    this.#own = open(`values-${rank}`);
    this.#mean = open('mean');
  }

  async average(values: Float32Array): Promise<void> {
    const size = this.#files.length;
    transfer(fs.writeSync, this.#own, bytesOf(values), 0);
    await this.barrier.wait();
    this.#others ??= this.#files.map((file) => fs.openSync(file, 'r'));
    const part = Math.ceil(values.length / size);
    const start = Math.min(values.length, this.rank * part);
    const sum = new Float32Array(Math.min(values.length, start + part) - start);
    const term = new Float32Array(sum.length);
    this.#others.forEach((file, rank) => {
      transfer(fs.readSync, file, bytesOf(rank === 0 ? sum : term), 4 * start);
      if (rank > 0) for (let i = 0; i < sum.length; i++) sum[i]! += term[i]!;
    });
    const share = 1 / size;
    for (let i = 0; i < sum.length; i++) sum[i]! *= share;
    transfer(fs.writeSync, this.#mean, bytesOf(sum), 4 * start);
    await this.barrier.wait();
    transfer(fs.readSync, this.#mean, bytesOf(values), 0);
  }

  close(): void {
    for (const file of [this.#own, this.#mean, ...(this.#others ?? [])]) fs.closeSync(file);
  }
}

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

type Transfer = (file: number, bytes: Uint8Array, offset: number, length: number, position: number) => number;

/** The whole of `bytes`, however much the system moves at once. */
function transfer(how: Transfer, file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) {
    const moved = how(file, bytes, done, Math.min(1 << 28, bytes.length - done), at + done);
    if (moved === 0) throw new Error('The memory shared by the training processes ended early.');
    done += moved;
  }
}
