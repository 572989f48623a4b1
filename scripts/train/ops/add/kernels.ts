import * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { bindings, flatGrid, flatSource } from '../shared/wgsl';

/** a + b of equal shapes as a new tensor. */
export function add(gpu: Gpu, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  const output = gpu.allocate(a.shape);
  const size = tf.util.sizeFromShape(a.shape);
  if (size === 0) return output;
  const [items, type] = size % 4 === 0 ? [size / 4, 'vec4f'] : [size, 'f32'];
  gpu.record(
    {
      name: 'add',
      key: `${items} ${type}`,
      source: () =>
        flatSource(
          bindings(
            [
              ['a', type],
              ['b', type],
            ],
            [['sum', type]],
          ),
          items,
          'sum[i] = a[i] + b[i];',
        ),
    },
    [a, b],
    [output],
    flatGrid(items),
  );
  return output;
}
