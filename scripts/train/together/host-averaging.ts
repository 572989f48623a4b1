import * as tf from '@tensorflow/tfjs-core';
import type { Averaging, AveragingTimes, Computation } from './averaging';
import type { Exchange } from './exchange';

/** Averages in the memory of the processes. */
export class HostAveraging implements Averaging {
  #sum = new Float32Array(0);
  #term = new Float32Array(0);
  #means: readonly tf.Tensor[] = [];
  times: AveragingTimes | undefined;

  constructor(readonly exchange: Exchange) {}

  async average(compute: Computation): Promise<readonly tf.Tensor[]> {
    const { exchange } = this;
    const start = performance.now();
    const tensors = compute();
    exchange.begin();
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
