/** Means of tensors over the processes that train together. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../backend/gpu';
import { DeviceAveraging } from './device-averaging';
import type { Exchange } from './exchange';

/** Where an average's time went, in milliseconds of this process. */
export interface AveragingTimes {
  /** Until the first of its own numbers could be read: mostly the computing of what is averaged. */
  readonly computeMs: number;
  /** From then until the others could read all of them. */
  readonly writeMs: number;
  /** Until all others were as far. */
  readonly waitMs: number;
  /** Until the others' numbers were read, and added (where kernels run: or queued for it). */
  readonly gatherMs: number;
  /** Of writing and gathering, the part that the lanes spent waiting for the device's copies, on average. */
  readonly deviceMs: number;
}

export interface Averaging {
  /**
   * Means over all processes of float32 tensors, summed in the order of ranks: the same bits everywhere. They may be the
   * tensors themselves, overwritten, and are good until the next call. Every process must call it with the same sizes.
   */
  average(tensors: readonly tf.Tensor[]): Promise<readonly tf.Tensor[]>;
  /** Of the last call. */
  readonly times: AveragingTimes | undefined;
  dispose(): void;
}

/**
 * Averages by the exchange, on the device where kernels run. Each of N processes writes its numbers once and reads those
 * of the N − 1 others, so what a process moves grows with N; few GPUs share a machine.
 */
export function averagingBy(exchange: Exchange): Averaging {
  const gpu = activeGpu();
  return gpu === undefined ? new HostAveraging(exchange) : new DeviceAveraging(gpu, exchange);
}

class HostAveraging implements Averaging {
  #sum = new Float32Array(0);
  #term = new Float32Array(0);
  #means: readonly tf.Tensor[] = [];
  times: AveragingTimes | undefined;

  constructor(readonly exchange: Exchange) {}

  async average(tensors: readonly tf.Tensor[]): Promise<readonly tf.Tensor[]> {
    const { exchange } = this;
    const start = performance.now();
    const length = tensors.reduce((sum, { size }) => sum + size, 0);
    if (this.#sum.length !== length)
      [this.#sum, this.#term] = [new Float32Array(length), new Float32Array(length)];
    const [sum, term] = [this.#sum, this.#term];
    const own = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
    let first = 0;
    for (const values of own) {
      sum.set(values, first);
      first += values.length;
    }
    const computed = performance.now();
    await exchange.write(0, 0, bytesOf(sum));
    const written = performance.now();
    await exchange.meet();
    const met = performance.now();
    for (let rank = 0; rank < exchange.size; rank++) {
      await exchange.read(rank, 0, 0, bytesOf(rank === 0 ? sum : term));
      if (rank > 0) for (let i = 0; i < length; i++) sum[i]! += term[i]!;
    }
    const share = 1 / exchange.size;
    for (let i = 0; i < length; i++) sum[i]! *= share;
    tf.dispose([...this.#means]);
    first = 0;
    // Copies: a tensor made of an array may keep the array itself.
    this.#means = tensors.map(({ shape, size }) =>
      tf.keep(tf.tensor(sum.slice(first, (first += size)), shape)),
    );
    this.times = {
      computeMs: computed - start,
      writeMs: written - computed,
      waitMs: met - written,
      gatherMs: performance.now() - met,
      deviceMs: 0,
    };
    return this.#means;
  }

  dispose(): void {
    tf.dispose([...this.#means]);
    this.#means = [];
  }
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
