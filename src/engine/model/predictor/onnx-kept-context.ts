import type { Tensor, TensorConstructor } from 'onnxruntime-node';
import type { Architecture } from '../bundle/bundle-config';
import type { KeptContext, PredictorContext, Rereading } from './mask-predictor';
import { biasOfPast, disposeAll, HIDDEN, OnnxContextCache, type Tensors } from './onnx-context-cache';
import { turnBy, turnKeys, type Turn } from './rotary-turn';

/** What a whole reading gave. */
export interface WholeRows {
  readonly positions: Int32Array;
  /** Of every layer `past_k_i` and `past_v_i`, float32 [1, heads, P, headWidth]. */
  readonly past: Tensors;
  /** Row of the context's first token among the P. */
  readonly first: number;
}

/** What a kept context needs of the predictor that it belongs to. */
export interface Reader {
  readonly architecture: Architecture;
  readonly tensors: TensorConstructor;
  readonly alive: Set<OnnxContextCache>;
  /**
   * One forward of rows over a past.
   *
   * @param bias [P] of the past's rows @param size rows that the run is padded to
   * @returns `k_i` and `v_i` of `size` new rows, in some graphs with the P before them
   */
  read(past: Tensors, bias: Float32Array, rows: PredictorContext, size: number): Promise<Tensors>;
  /**
   * Turns keys where they lie; missing where they lie in this process.
   *
   * @returns `k_i` of every layer
   */
  readonly turn?: ((past: Tensors, turn: Turn, rows: number) => Promise<Tensors>) | undefined;
}

/**
 * Keys and values in this process, in arrays of one size: rows of the whole reading, and behind them the room for those that
 * are read anew. Keys are turned in place.
 */
export class HostKeptContext extends OnnxContextCache implements KeptContext {
  /** Where each row of the whole reading has been turned to. */
  readonly #positions: Int32Array;

  constructor(
    whole: WholeRows,
    private readonly room: number,
    private readonly reader: Reader,
  ) {
    const { length } = whole.positions;
    const { heads, headWidth } = reader.architecture;
    const withRoom = (tensor: Tensor): Tensor => {
      const larger = new Float32Array(heads * (length + room) * headWidth);
      copyRows(tensor, whole.first, length, larger, 0, reader.architecture);
      return new reader.tensors('float32', larger, [1, heads, length + room, headWidth]);
    };
    super(length, mapTensors(whole.past, withRoom), biasOfPast(length + room, 0, length), reader.alive);
    this.#positions = Int32Array.from(whole.positions);
    disposeAll(whole.past);
  }

  async reread({ kept, fresh }: Rereading): Promise<void> {
    const { reader } = this;
    const shifts = kept.map((position, row) => (position < 0 ? 0 : position - this.#positions[row]!));
    if (shifts.some((shift) => shift !== 0)) {
      const turn = turnBy(shifts, reader.architecture);
      for (const [name, tensor] of Object.entries(this.past)) {
        if (isKey(name)) turnKeys(tensor.data as Float32Array, shifts, turn, reader.architecture);
      }
      shifts.forEach((shift, row) => (this.#positions[row]! += shift));
    }
    // Nobody sees the rows of the reading before, this reading least of all.
    this.bias = biasOfKept(kept, 0, kept.length + this.room);
    const { length } = fresh.ids;
    const made = await reader.read(this.past, this.bias, fresh, length);
    for (const [name, tensor] of Object.entries(made)) {
      const into = this.past[`past_${name}`]!.data as Float32Array;
      copyRows(tensor, tensor.dims[2]! - length, length, into, kept.length, reader.architecture);
    }
    disposeAll(made);
    this.bias.fill(0, kept.length, kept.length + length);
    this.length = countKept(kept) + length;
  }
}

/**
 * Keys and values in a GPU's memory, whose graph puts new rows behind the past: the whole reading's tensors stay as they are,
 * and every reading makes another past of one size from them.
 */
export class DeviceKeptContext extends OnnxContextCache implements KeptContext {
  readonly #whole: WholeRows;

  constructor(
    whole: WholeRows,
    private readonly room: number,
    private readonly reader: Reader,
  ) {
    const { length } = whole.positions;
    super(length, whole.past, biasOfPast(rowsOf(whole.past), whole.first, length), reader.alive);
    this.#whole = whole;
  }

  async reread({ kept, fresh }: Rereading): Promise<void> {
    const { reader, room } = this;
    const { past, positions, first } = this.#whole;
    const rows = rowsOf(past);
    const shifts = new Int32Array(rows);
    kept.forEach((position, row) => (shifts[first + row] = position < 0 ? 0 : position - positions[row]!));
    const moved = shifts.some((shift) => shift !== 0);
    const turned =
      moved && reader.turn ? await reader.turn(past, turnBy(shifts, reader.architecture), rows) : {};
    const turnedPast = { ...past, ...renamed(turned) };
    const bias = biasOfKept(kept, first, rows);
    const made = await reader.read(turnedPast, bias, fresh, room);
    disposeAll(turned);
    this.#disposeReading();
    this.past = renamed(made);
    this.bias = new Float32Array(rows + room).fill(HIDDEN);
    this.bias.set(bias);
    this.bias.fill(0, rows, rows + fresh.ids.length);
    this.length = countKept(kept) + fresh.ids.length;
  }

  override release(): void {
    this.#disposeReading();
    this.past = this.#whole.past;
    super.release();
  }

  #disposeReading(): void {
    if (this.past !== this.#whole.past) disposeAll(this.past);
  }
}

/** [rows] those of the whole reading that are kept are seen, from the row `first` on, and no others. */
function biasOfKept(kept: Int32Array, first: number, rows: number): Float32Array {
  const bias = new Float32Array(rows).fill(HIDDEN);
  kept.forEach((position, row) => {
    if (position >= 0) bias[first + row] = 0;
  });
  return bias;
}

function countKept(kept: Int32Array): number {
  return kept.filter((position) => position >= 0).length;
}

/** P of a past. */
function rowsOf(past: Tensors): number {
  return past['past_k_0']!.dims[2]!;
}

function isKey(name: string): boolean {
  return name.startsWith('past_k_');
}

/** Outputs `k_i`, `v_i` as the inputs that a later run takes them as. */
export function renamed(made: Tensors): Tensors {
  return Object.fromEntries(Object.entries(made).map(([name, tensor]) => [`past_${name}`, tensor]));
}

function mapTensors(tensors: Tensors, map: (tensor: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor)]));
}

/** Copies `count` rows from `start` on of a tensor [1, heads, rows, headWidth] to the row `at` of an array of that form. */
function copyRows(
  from: Tensor,
  start: number,
  count: number,
  into: Float32Array,
  at: number,
  { heads, headWidth }: Pick<Architecture, 'heads' | 'headWidth'>,
): void {
  const data = from.data as Float32Array;
  const rows = from.dims[2]!;
  const rowsInto = into.length / (heads * headWidth);
  for (let head = 0; head < heads; head++) {
    const first = (head * rows + start) * headWidth;
    into.set(data.subarray(first, first + count * headWidth), (head * rowsInto + at) * headWidth);
  }
}
