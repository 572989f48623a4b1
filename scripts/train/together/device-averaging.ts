import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../backend/gpu';
import { sumParts } from '../ops/shared/sum-kernels';
import type { Averaging, AveragingTimes } from './averaging';
import type { Exchange } from './exchange';

/** Numbers that move at once: enough to make a system call's cost small, few enough to keep all lanes busy. */
const PIECE = 1 << 20;
/** More than the threads of Node's pool (4), which then do not wait for the device. */
const LANES = 8;

/** The buffers that a lane moves its pieces through. All live on: making such buffers costs more than filling them. */
interface Lane {
  /** From the device: a piece. */
  readonly outgoing: GPUBuffer;
  /** To the device: a piece. */
  readonly incoming: GPUBuffer;
  /** All processes' numbers of a piece [processes, piece], by rank. */
  readonly parts: tf.TensorInfo;
}

interface Piece {
  /** Which of all numbers is its first. */
  readonly first: number;
  readonly length: number;
}

/**
 * Averages in the tensors' own buffers. The numbers go from memory that the device has mapped into the exchange's files
 * and from these into such memory, piece by piece in lanes side by side, and are added by a kernel; none is ever touched
 * by JavaScript. All processes run the same kernel on all parts, its own among them: so they get the same bits.
 */
export class DeviceAveraging implements Averaging {
  #places: { readonly flat: tf.TensorInfo; readonly lanes: readonly Lane[] } | undefined;
  times: AveragingTimes | undefined;

  /** @param piece numbers in a piece, a multiple of 64 */
  constructor(
    readonly gpu: Gpu,
    readonly exchange: Exchange,
    readonly piece = PIECE,
  ) {}

  async average(tensors: readonly tf.Tensor[]): Promise<readonly tf.Tensor[]> {
    const { gpu, exchange } = this;
    const start = performance.now();
    const length = tensors.reduce((sum, { size }) => sum + size, 0);
    const { flat, lanes } = this.#place(length);
    let first = 0;
    for (const tensor of tensors) {
      gpu.copy(tensor, 0, flat, first, tensor.size);
      first += tensor.size;
    }
    let computed: number | undefined;
    let waited = 0;
    await this.#inLanes(lanes, length, async ({ outgoing }, lane, piece) => {
      gpu.copy(flat, piece.first, outgoing, 0, piece.length);
      gpu.submit();
      const asked = performance.now();
      await outgoing.mapAsync(GPUMapMode.READ);
      const mapped = performance.now();
      computed ??= mapped;
      waited += mapped - Math.max(asked, computed);
      const bytes = new Uint8Array(outgoing.getMappedRange(0, 4 * piece.length));
      await exchange.write(lane, 4 * piece.first, bytes);
      outgoing.unmap();
    });
    const written = performance.now();
    await exchange.meet();
    const met = performance.now();
    await this.#inLanes(lanes, length, async ({ incoming, parts }, lane, piece) => {
      waited += await this.#addUp(piece, lane, incoming, parts, flat);
    });
    first = 0;
    for (const tensor of tensors) {
      gpu.copy(flat, first, tensor, 0, tensor.size);
      first += tensor.size;
    }
    gpu.submit();
    this.times = {
      computeMs: computed! - start,
      writeMs: written - computed!,
      waitMs: met - written,
      gatherMs: performance.now() - met,
      deviceMs: waited / lanes.length,
    };
    return tensors;
  }

  dispose(): void {
    if (this.#places === undefined) return;
    const { flat, lanes } = this.#places;
    this.#places = undefined;
    this.gpu.submit();
    this.gpu.release(flat);
    for (const { outgoing, incoming, parts } of lanes) {
      outgoing.destroy();
      incoming.destroy();
      this.gpu.release(parts);
    }
  }

  /** Puts the mean of a piece into `flat`. Returns the milliseconds for which the device was waited for. */
  async #addUp(
    { first, length }: Piece,
    lane: number,
    incoming: GPUBuffer,
    parts: tf.TensorInfo,
    flat: tf.TensorInfo,
  ): Promise<number> {
    const { gpu, exchange } = this;
    let waited = 0;
    for (let rank = 0; rank < exchange.size; rank++) {
      if (rank === exchange.rank) {
        gpu.copy(flat, first, parts, rank * length, length);
        continue;
      }
      // Waits until the device has taken what was there before.
      const asked = performance.now();
      await incoming.mapAsync(GPUMapMode.WRITE);
      waited += performance.now() - asked;
      const bytes = new Uint8Array(incoming.getMappedRange(0, 4 * length));
      await exchange.read(rank, lane, 4 * first, bytes);
      incoming.unmap();
      gpu.copy(incoming, 0, parts, rank * length, length);
      gpu.submit();
    }
    const all = { tensor: parts, byteOffset: 0, byteLength: 4 * exchange.size * length };
    const options = { parts: exchange.size, size: length, accumulate: false, scale: 1 / exchange.size };
    sumParts(gpu, all, options, { tensor: flat, byteOffset: 4 * first, byteLength: 4 * length });
    gpu.submit();
    return waited;
  }

  /** Does `work` for every piece, those of a lane one after the other; after an error, once no lane works any more. */
  async #inLanes(
    lanes: readonly Lane[],
    length: number,
    work: (lane: Lane, number: number, piece: Piece) => Promise<void>,
  ): Promise<void> {
    const ends = await Promise.allSettled(
      lanes.map(async (lane, number) => {
        for (let first = number * this.piece; first < length; first += lanes.length * this.piece)
          await work(lane, number, { first, length: Math.min(this.piece, length - first) });
      }),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  #place(length: number): { readonly flat: tf.TensorInfo; readonly lanes: readonly Lane[] } {
    if (this.#places?.flat.shape[0] === length) return this.#places;
    this.dispose();
    const { gpu } = this;
    const size = 4 * this.piece;
    const { COPY_SRC, COPY_DST, MAP_READ, MAP_WRITE } = GPUBufferUsage;
    const lanes = Array.from({ length: Math.min(LANES, Math.ceil(length / this.piece)) }, () => ({
      outgoing: gpu.device.createBuffer({ size, usage: COPY_DST | MAP_READ }),
      incoming: gpu.device.createBuffer({ size, usage: COPY_SRC | MAP_WRITE }),
      parts: gpu.allocate([this.exchange.size, this.piece]),
    }));
    this.#places = { flat: gpu.allocate([length]), lanes };
    return this.#places;
  }
}
