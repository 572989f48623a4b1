/** Operands stored as f16: a matrix that several products read is rounded once, and each reads half the bytes. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu, Operand } from '../../backend/gpu';
import { bindings, flatGrid, flatSource } from '../shared/wgsl';
import type { MatrixLayout } from './spec';

/** Numbers in 16 bytes: what one read brings. */
const PER_READ = 8;

/** Tells if a matrix so laid out, of `columns` contiguous numbers a row, can be read as f16. */
export function canBeHalf({ stride, outer, inner }: MatrixLayout, columns: number): boolean {
  return [columns, stride, outer, inner].every((length) => length % PER_READ === 0);
}

/** Where f16 numbers go: `columns` of each row, from `offset` on in rows of `stride`; all multiples of 8. */
export interface HalfPlace {
  readonly output: tf.TensorInfo;
  readonly columns: number;
  readonly stride: number;
  readonly offset: number;
}

/** Room for f16 numbers, a multiple of 8 of them: an int32 tensor, two to an element, since tfjs knows no f16. */
export function allocateHalf(gpu: Gpu, size: number): tf.TensorInfo {
  return gpu.allocate([size / 2], 'int32');
}

/**
 * x · scale rounded to f16, in a new tensor that the caller releases, or in `place`.
 *
 * @param size numbers in x, a multiple of 8
 */
export function toHalf(
  gpu: Gpu,
  x: Operand,
  size: number,
  scale: number,
  place: HalfPlace = { output: allocateHalf(gpu, size), columns: size, stride: size, offset: 0 },
): tf.TensorInfo {
  const { output } = place;
  const [items, columns, stride, offset] = [size, place.columns, place.stride, place.offset].map(
    (length) => length / PER_READ,
  ) as [number, number, number, number];
  const scaled = scale === 1 ? '' : ` * ${scale}.0`;
  gpu.record(
    {
      name: 'to f16',
      key: JSON.stringify([items, columns, stride, offset, scale]),
      source: () =>
        flatSource(
          bindings([['x', 'vec4f']], [['y', 'vec4u']]),
          items,
          `let a = x[2u * i]${scaled}; let b = x[2u * i + 1u]${scaled};
  y[${offset}u + i / ${columns}u * ${stride}u + i % ${columns}u] =
    vec4u(pack2x16float(a.xy), pack2x16float(a.zw), pack2x16float(b.xy), pack2x16float(b.zw));`,
        ),
    },
    [x],
    [output],
    flatGrid(items),
  );
  return output;
}
