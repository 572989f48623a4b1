import type { Tensor, TensorConstructor } from 'onnxruntime-node';
import type { Architecture } from '../graph/architecture';
import type { KeptContext, PredictorContext, Rereading } from './mask-predictor';
import { biasOfPast, disposeAll, HIDDEN, OnnxContextCache, type Tensors } from './onnx-context-cache';
import { turnBy, turnKeys, type Turn } from './rotary-turn';

/** The result of a whole reading. */
export interface WholeRows {
  readonly positions: Int32Array;
  /** Of every layer `past_k_i` and `past_v_i`, float32 [1, heads, P, headWidth]. */
  readonly past: Tensors;
  /** Row of the context's first token among the P. */
  readonly first: number;
}

/** The part of a predictor that its kept contexts need. */
export interface Reader {
  readonly architecture: Architecture;
  readonly tensors: TensorConstructor;
  readonly alive: Set<OnnxContextCache>;
  /**
   * One forward of rows that see each other over a past.
   *
   * @param bias [P] of the past's rows; undefined: all of it is seen @param size rows that the run is padded to
   * @returns `k_i` and `v_i` of `size` new rows, in some graphs with the P before them
   */
  read(past: Tensors, bias: Float32Array | undefined, rows: PredictorContext, size: number): Promise<Tensors>;
  /**
   * Turns keys where they lie; missing where they lie in this process.
   *
   * @returns `k_i` of every layer
   */
  readonly turn?: ((past: Tensors, turn: Turn, rows: number) => Promise<Tensors>) | undefined;
}

/**
 * Keys and values in this process. A reading puts the rows that are kept together, turned, and reads the fresh ones over
 * them; then the fresh ones behind the kept ones of their head, so that no step looks at rows that are hidden.
 */
export class HostKeptContext extends OnnxContextCache implements KeptContext {
  /** As they were read, [heads, rows, headWidth] each. */
  readonly #whole: ReadonlyMap<string, Float32Array>;
  readonly #positions: Int32Array;
  /** For each name room for all rows that are seen; made when something is first read anew. */
  #seen: ReadonlyMap<string, Float32Array> | undefined;

  constructor(
    whole: WholeRows,
    private readonly room: number,
    private readonly reader: Reader,
  ) {
    const { length } = whole.positions;
    const read = arraysFor(Object.keys(whole.past), length, reader);
    for (const [name, tensor] of Object.entries(whole.past)) {
      copyRows(
        tensor.data as Float32Array,
        tensor.dims[2]!,
        [[whole.first, length, 0]],
        read.get(name)!,
        length,
        reader,
      );
    }
    disposeAll(whole.past);
    super(length, tensorsOf(read, length, reader), new Float32Array(length), reader.alive);
    this.#whole = read;
    this.#positions = whole.positions;
  }

  async reread({ kept, fresh }: Rereading): Promise<void> {
    const { reader } = this;
    const { length } = fresh.ids;
    const rows = kept.length;
    const far = countKept(kept);
    const runs = runsOfKept(kept);
    const turned = kept.filter((position) => position >= 0);
    const shifts = Int32Array.from(
      [...kept.keys()].filter((row) => kept[row]! >= 0),
      (row, i) => turned[i]! - this.#positions[row]!,
    );
    const turn = turnBy(shifts, reader.architecture);
    const all = (this.#seen ??= arraysFor([...this.#whole.keys()], rows + this.room, reader));
    for (const [name, into] of all) {
      copyRows(this.#whole.get(name)!, rows, runs, into, far, reader);
      if (isKey(name)) turnKeys(into, far, shifts, turn, reader.architecture);
    }
    const made = await reader.read(tensorsOf(all, far, reader), undefined, fresh, length);
    const seen = far + length;
    for (const [name, into] of all) {
      const tensor = made[name.slice('past_'.length)]!;
      const given = tensor.dims[2]!;
      moveApart(into, far, seen, reader);
      copyRows(tensor.data as Float32Array, given, [[given - length, length, far]], into, seen, reader);
    }
    disposeAll(made);
    this.past = tensorsOf(all, seen, reader);
    this.bias = new Float32Array(seen);
    this.length = seen;
  }
}

/** Runs of rows that are kept: first row, how many, and where they come to lie. */
function runsOfKept(kept: Int32Array): RowRun[] {
  const runs: [number, number, number][] = [];
  let count = 0;
  kept.forEach((position, row) => {
    if (position < 0) return;
    const last = runs.at(-1);
    if (last && last[0] + last[1] === row) last[1]++;
    else runs.push([row, 1, count]);
    count++;
  });
  return runs;
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

/** The first `rows` rows' worth of each array as a tensor [1, heads, rows, headWidth] on the same memory. */
function tensorsOf(
  arrays: ReadonlyMap<string, Float32Array>,
  rows: number,
  { architecture: { heads, headWidth }, tensors }: Reader,
): Tensors {
  const tensor = (data: Float32Array): Tensor =>
    new tensors('float32', data.subarray(0, heads * rows * headWidth), [1, heads, rows, headWidth]);
  return Object.fromEntries([...arrays].map(([name, data]) => [name, tensor(data)]));
}

/** Rows that lie together: the first, how many, and the first one's place in another array. */
type RowRun = readonly [first: number, count: number, place: number];

/** Copies runs of rows between arrays [heads, rows, headWidth]. */
function copyRows(
  from: Float32Array,
  rows: number,
  runs: readonly RowRun[],
  into: Float32Array,
  rowsInto: number,
  { architecture: { heads, headWidth } }: Reader,
): void {
  for (let head = 0; head < heads; head++) {
    for (const [first, count, place] of runs) {
      const start = (head * rows + first) * headWidth;
      into.set(from.subarray(start, start + count * headWidth), (head * rowsInto + place) * headWidth);
    }
  }
}

/** Makes an array [heads, rows, headWidth] one of more rows, those behind the present ones still to be written. */
function moveApart(
  array: Float32Array,
  rows: number,
  more: number,
  { architecture: { heads, headWidth } }: Reader,
): void {
  for (let head = heads - 1; head > 0; head--) {
    const start = head * rows * headWidth;
    array.copyWithin(head * more * headWidth, start, start + rows * headWidth);
  }
}

/** An array [heads, rows, headWidth] for each name. */
function arraysFor(
  names: readonly string[],
  rows: number,
  { architecture: { heads, headWidth } }: Reader,
): ReadonlyMap<string, Float32Array> {
  return new Map(names.map((name) => [name, new Float32Array(heads * rows * headWidth)]));
}
