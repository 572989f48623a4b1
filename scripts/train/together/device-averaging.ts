import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../backend/gpu';
import { sumParts } from '../ops/shared/sum-kernels';
import type { Averaging, AveragingTimes, Computation } from './averaging';
import type { Exchange } from './exchange';
import { layOut, type Layout, type Piece } from './pieces';

/** Numbers that move at once: enough to make a system call's cost small, few enough to keep all lanes busy. */
const PIECE = 1 << 20;
/** Files that a process writes to, the pieces by turns: more than the threads of Node's pool (4). */
const LANES = 8;
/** Meetings a round. Each costs a message to and fro; what is before the last one is hidden by the computing. */
const GROUPS = 8;

export interface DeviceAveragingOptions {
  /** Numbers in a piece, a multiple of 64. */
  readonly piece?: number;
  /** False to move nothing before all is computed. */
  readonly overlap?: boolean;
}

/** The buffers that a piece moves through. All live on: making such buffers costs more than filling them. */
interface Way {
  /** From the device. */
  readonly outgoing: GPUBuffer;
  /** To the device, from each of the others. */
  readonly incoming: readonly GPUBuffer[];
}

interface Place {
  readonly layout: Layout;
  /** All numbers: this process's, then the means. */
  readonly flat: tf.TensorInfo;
  /** By piece. */
  readonly ways: readonly Way[];
  /** All processes' numbers of a piece [processes, piece], by rank; the pieces use them by turns. */
  readonly parts: readonly tf.TensorInfo[];
}

/**
 * Averages in the tensors' own buffers, while the rest of them is computed. The numbers go from memory that the device
 * has mapped into the exchange's files and from these into such memory, and are added by a kernel; none is ever touched by
 * JavaScript. A piece goes as soon as the tensors that it is of are final; groups of pieces are met for one after the
 * other. All processes run the same kernel on all parts, its own among them: so they get the same bits.
 */
export class DeviceAveraging implements Averaging {
  readonly #piece: number;
  readonly #overlap: boolean;
  #place: Place | undefined;
  times: AveragingTimes | undefined;

  constructor(
    readonly gpu: Gpu,
    readonly exchange: Exchange,
    { piece = PIECE, overlap = true }: DeviceAveragingOptions = {},
  ) {
    [this.#piece, this.#overlap] = [piece, overlap];
  }

  async average(compute: Computation): Promise<readonly tf.Tensor[]> {
    const { gpu, exchange } = this;
    const start = performance.now();
    exchange.begin();
    // Before the first round the tensors' sizes are not known.
    const early = this.#overlap && this.#place ? new Departures(gpu, exchange, this.#place) : undefined;
    const tensors = compute(early && ((number, tensor) => early.add(number, tensor)));
    const place = this.#placeFor(tensors);
    const { layout, flat } = place;
    const departures = early ?? new Departures(gpu, exchange, place);
    tensors.forEach((tensor, number) => departures.add(number, tensor));
    const arrivals: Promise<void>[] = [];
    let [written, met] = [start, start];
    try {
      for (const group of layout.groups) {
        await Promise.all(group.map(({ number }) => departures.written[number]!));
        written = performance.now();
        await exchange.meet();
        met = performance.now();
        arrivals.push(...group.map((piece) => handled(this.#addUp(place, piece))));
      }
      await Promise.all(arrivals);
    } catch (error) {
      await Promise.allSettled([...departures.written, ...arrivals]);
      throw error;
    }
    tensors.forEach((tensor, number) => gpu.copy(flat, layout.starts[number]!, tensor, 0, tensor.size));
    gpu.submit();
    this.times = {
      computeMs: departures.computed - start,
      writeMs: written - departures.computed,
      waitMs: met - written,
      gatherMs: performance.now() - met,
    };
    return tensors;
  }

  dispose(): void {
    if (this.#place === undefined) return;
    const { flat, ways, parts } = this.#place;
    this.#place = undefined;
    this.gpu.submit();
    this.gpu.release(flat, ...parts);
    for (const { outgoing, incoming } of ways) for (const buffer of [outgoing, ...incoming]) buffer.destroy();
  }

  /** Puts the mean of a piece into `flat`. */
  async #addUp({ flat, ways, parts }: Place, { number, first, length }: Piece): Promise<void> {
    const { gpu, exchange } = this;
    const { incoming } = ways[number]!;
    const others = Array.from({ length: exchange.size }, (_, rank) => rank).filter(
      (rank) => rank !== exchange.rank,
    );
    await Promise.all(
      others.map(async (rank, i) => {
        const buffer = incoming[i]!;
        // The device took what was there before in the last round.
        await buffer.mapAsync(GPUMapMode.WRITE);
        const bytes = new Uint8Array(buffer.getMappedRange(0, 4 * length));
        await exchange.read(rank, number % LANES, 4 * first, bytes);
        buffer.unmap();
      }),
    );
    const part = parts[number % parts.length]!;
    gpu.copy(flat, first, part, exchange.rank * length, length);
    others.forEach((rank, i) => gpu.copy(incoming[i]!, 0, part, rank * length, length));
    const all = { tensor: part, byteOffset: 0, byteLength: 4 * exchange.size * length };
    const options = { parts: exchange.size, size: length, accumulate: false, scale: 1 / exchange.size };
    sumParts(gpu, all, options, { tensor: flat, byteOffset: 4 * first, byteLength: 4 * length });
    gpu.submit();
  }

  #placeFor(tensors: readonly tf.Tensor[]): Place {
    if (this.#place !== undefined) return this.#place;
    const { gpu, exchange } = this;
    const sizes = tensors.map(({ size }) => size);
    const layout = layOut(sizes, this.#piece, this.#overlap ? GROUPS : 1);
    const { COPY_SRC, COPY_DST, MAP_READ, MAP_WRITE } = GPUBufferUsage;
    const buffer = (numbers: number, usage: GPUBufferUsageFlags): GPUBuffer =>
      gpu.device.createBuffer({ size: 4 * numbers, usage });
    this.#place = {
      layout,
      flat: gpu.allocate([layout.length]),
      ways: layout.pieces.map(({ length }) => ({
        outgoing: buffer(length, COPY_DST | MAP_READ),
        incoming: Array.from({ length: exchange.size - 1 }, () => buffer(length, COPY_SRC | MAP_WRITE)),
      })),
      parts: Array.from({ length: Math.min(LANES, layout.pieces.length) }, () =>
        gpu.allocate([exchange.size, this.#piece]),
      ),
    };
    return this.#place;
  }
}

/** A round's pieces on their way from the device to the others. */
class Departures {
  /** By piece, once it is under way. */
  readonly written: Promise<void>[] = [];
  /** When the last piece could be read. */
  computed = 0;
  readonly #added = new Set<number>();
  /** By piece: the tensors that it still waits for. */
  readonly #missing: number[];

  constructor(
    readonly gpu: Gpu,
    readonly exchange: Exchange,
    readonly place: Place,
  ) {
    this.#missing = [...place.layout.tensorsIn];
  }

  /** Sends what is complete with this tensor, whose commands are all issued; once. */
  add(number: number, tensor: tf.Tensor): void {
    if (this.#added.has(number)) return;
    this.#added.add(number);
    const { layout, flat } = this.place;
    this.gpu.copy(tensor, 0, flat, layout.starts[number]!, tensor.size);
    for (const piece of layout.piecesOf[number]!)
      if (--this.#missing[piece.number]! === 0) this.written[piece.number] = handled(this.#send(piece));
  }

  async #send({ number, first, length }: Piece): Promise<void> {
    const { outgoing } = this.place.ways[number]!;
    this.gpu.copy(this.place.flat, first, outgoing, 0, length);
    this.gpu.submit();
    await outgoing.mapAsync(GPUMapMode.READ);
    this.computed = Math.max(this.computed, performance.now());
    const bytes = new Uint8Array(outgoing.getMappedRange(0, 4 * length));
    await this.exchange.write(number % LANES, 4 * first, bytes);
    outgoing.unmap();
  }
}

/** The same promise, which may be rejected before somebody waits for it. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
