import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { bindings, flatGrid, flatSource } from '../shared/wgsl';

function lanes(width: number): [number, string] {
  return width % 4 === 0 ? [width / 4, 'vec4f'] : [width, 'f32'];
}

export function gatherForward(gpu: Gpu, table: tf.TensorInfo, indices: tf.TensorInfo): tf.TensorInfo {
  const [rows, width] = [indices.shape[0]!, table.shape[1]!];
  const output = gpu.allocate([rows, width]);
  const [columns, type] = lanes(width);
  gpu.record(
    {
      name: 'gather',
      key: `${rows}×${width}`,
      source: () =>
        flatSource(
          bindings(
            [
              ['rows', type],
              ['indices', 'u32'],
            ],
            [['y', type]],
          ),
          rows * columns,
          `y[i] = rows[indices[i / ${columns}u] * ${columns}u + i % ${columns}u];`,
        ),
    },
    [table, indices],
    [output],
    flatGrid(rows * columns),
  );
  return output;
}

/** The sum of dy's rows per table row: first over each run of equal indices, then over each row's runs. */
export function gatherBackward(
  gpu: Gpu,
  dy: tf.TensorInfo,
  index: { order: tf.TensorInfo; runStarts: tf.TensorInfo; rowRuns: tf.TensorInfo; tableRows: number },
): tf.TensorInfo {
  const width = dy.shape[1]!;
  const maxRuns = index.runStarts.shape[0]! - 1;
  const [columns, type] = lanes(width);
  const sums = gpu.allocate([maxRuns, width]);
  const output = gpu.allocate([index.tableRows, width]);
  gpu.record(
    {
      name: 'gather gradient, runs',
      key: `${maxRuns}×${width}`,
      source: () =>
        flatSource(
          bindings(
            [
              ['dy', type],
              ['order', 'u32'],
              ['runStarts', 'u32'],
            ],
            [['sums', type]],
          ),
          maxRuns * columns,
          `let run = i / ${columns}u; let column = i % ${columns}u;
  let end = runStarts[run + 1u];
  var sum = ${type}(0);
  for (var j = runStarts[run]; j < end; j++) { sum += dy[order[j] * ${columns}u + column]; }
  sums[i] = sum;`,
        ),
    },
    [dy, index.order, index.runStarts],
    [sums],
    flatGrid(maxRuns * columns),
  );
  gpu.record(
    {
      name: 'gather gradient, rows',
      key: `${index.tableRows}×${width}`,
      source: () =>
        flatSource(
          bindings(
            [
              ['sums', type],
              ['rowRuns', 'u32'],
            ],
            [['dTable', type]],
          ),
          index.tableRows * columns,
          `let row = i / ${columns}u; let column = i % ${columns}u;
  let end = rowRuns[row + 1u];
  var sum = ${type}(0);
  for (var run = rowRuns[row]; run < end; run++) { sum += sums[run * ${columns}u + column]; }
  dTable[i] = sum;`,
        ),
    },
    [sums, index.rowRuns],
    [output],
    flatGrid(index.tableRows * columns),
  );
  gpu.release(sums);
  return output;
}
