/** Rows of a table by index, with a gradient that needs no atomics. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../backend/gpu';
import { defineFused } from '../shared/fused';
import { gatherComposite } from './composite';
import { gatherBackward, gatherForward } from './kernels';

/** Rows summed by one thread in a row; a frequent index (`[MASK]`) is cut into runs of this many. */
const RUN_LENGTH = 32;

/**
 * Indices on the device. Where kernels run, also the same indices sorted: `order` lists the positions in `indices`
 * by index, cut into runs of equal index of at most 32; run r covers order[runStarts[r] … runStarts[r + 1]), and
 * table row i owns the runs rowRuns[i] … rowRuns[i + 1].
 */
export class RowIndex {
  private constructor(
    readonly indices: tf.Tensor1D,
    readonly order: tf.Tensor1D | undefined,
    readonly runStarts: tf.Tensor1D | undefined,
    readonly rowRuns: tf.Tensor1D | undefined,
  ) {}

  /** @throws RangeError if an index is not a row of a table with `tableRows` rows. */
  static create(indices: Int32Array, tableRows: number): RowIndex {
    const bad = indices.find((index) => index < 0 || index >= tableRows);
    if (bad !== undefined) throw new RangeError(`index ${bad} is outside a table of ${tableRows} rows`);
    const device = tf.tensor1d(indices, 'int32');
    if (activeGpu() === undefined) return new RowIndex(device, undefined, undefined, undefined);
    const { order, runStarts, rowRuns } = sortIntoRuns(indices, tableRows);
    return new RowIndex(
      device,
      tf.tensor1d(order, 'int32'),
      tf.tensor1d(runStarts, 'int32'),
      tf.tensor1d(rowRuns, 'int32'),
    );
  }

  /** All of it. */
  get tensors(): tf.Tensor1D[] {
    return [this.indices, this.order, this.runStarts, this.rowRuns].filter((tensor) => tensor !== undefined);
  }
}

/** A counting sort. The number of runs is padded (with empty ones) to a bound, so that shapes do not change from batch to batch. */
export function sortIntoRuns(
  indices: Int32Array,
  tableRows: number,
): { order: Int32Array; runStarts: Int32Array; rowRuns: Int32Array } {
  const next = new Int32Array(tableRows + 1);
  for (const index of indices) next[index + 1]!++;
  const maxRuns = Math.min(indices.length, tableRows) + Math.ceil(indices.length / RUN_LENGTH);
  const runStarts = new Int32Array(maxRuns + 1).fill(indices.length);
  const rowRuns = new Int32Array(tableRows + 1);
  let runs = 0;
  let start = 0;
  for (let row = 0; row < tableRows; row++) {
    const end = start + next[row + 1]!;
    next[row] = start;
    rowRuns[row] = runs;
    for (; start < end; start = Math.min(start + RUN_LENGTH, end)) runStarts[runs++] = start;
  }
  rowRuns[tableRows] = runs;
  const order = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) order[next[indices[i]!]!++] = i;
  return { order, runStarts, rowRuns };
}

const fusedGather = defineFused<
  'table' | 'indices' | 'order' | 'runStarts' | 'rowRuns',
  { tableRows: number }
>({
  name: 'LladaGather',
  save: ['order', 'runStarts', 'rowRuns'],
  forward: (gpu, { table, indices }) => [gatherForward(gpu, table, indices)],
  backward: (gpu, [dy], [order, runStarts, rowRuns], { tableRows }) => ({
    table: gatherBackward(gpu, dy!, { order: order!, runStarts: runStarts!, rowRuns: rowRuns!, tableRows }),
  }),
});

/** table [rows, width] → [indices, width]: row i is table[indices[i]]. */
export function gather(table: tf.Tensor2D, index: RowIndex): tf.Tensor2D {
  const { indices, order, runStarts, rowRuns } = index;
  if (order === undefined || runStarts === undefined || rowRuns === undefined)
    return gatherComposite(table, indices);
  return fusedGather(
    { table, indices, order, runStarts, rowRuns },
    { tableRows: table.shape[0] },
  )[0] as tf.Tensor2D;
}
