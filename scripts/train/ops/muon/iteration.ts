/** The Newton–Schulz iteration over a family of matrices: products of f16 factors with f32 sums, passes in between. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { recordGemm } from '../gemm/gemm';
import { allocateHalf, toHalf } from '../gemm/half';
import type { GemmSpec, MatrixLayout } from '../gemm/spec';
import { bindings, flatGrid, flatSource } from '../shared/wgsl';
import type { Family, Placed } from './family';
import { NEWTON_SCHULZ } from './newton-schulz';

/**
 * All steps but the last one's sum: afterwards the result is a·`x` + `product`.
 *
 * @param x the matrices as f16, changed in place
 * @param product room for as many f32 numbers
 */
export function iterate(gpu: Gpu, family: Family, x: tf.TensorInfo, product: tf.TensorInfo): void {
  const { side, matrices, placed, size } = family;
  const { steps, a, b, c } = NEWTON_SCHULZ;
  const numbers = matrices * side * side;
  const gram = gpu.allocate([numbers]);
  const gramHalf = allocateHalf(gpu, numbers);
  for (let step = 0; step < steps; step++) {
    if (step > 0) addInPlace(gpu, { half: a, other: 1, size }, product, x);
    for (const place of placed) recordGemm(gpu, gramOf(side, place), x, x, gram);
    toHalf(gpu, gram, numbers, 1, { output: gramHalf, columns: numbers, stride: numbers, offset: 0 });
    recordGemm(gpu, squareOf(side, matrices), gramHalf, gramHalf, gram);
    addInPlace(gpu, { half: b, other: c, size: numbers }, gram, gramHalf);
    for (const place of placed) {
      const factors = place.isTall ? ([x, gramHalf] as const) : ([gramHalf, x] as const);
      recordGemm(gpu, productOf(side, place), ...factors, product);
    }
  }
  gpu.release(gram, gramHalf);
}

function layout(stride: number, outer: number, more: Partial<MatrixLayout> = {}): MatrixLayout {
  return {
    transposed: false,
    stride,
    outer,
    inner: 0,
    ...more,
  };
}

function spec(shape: Pick<GemmSpec, 'm' | 'n' | 'k' | 'outer' | 'a' | 'b' | 'c' | 'symmetric'>): GemmSpec {
  return {
    inner: 1,
    alpha: 1,
    scaleA: 1,
    scaleB: 1,
    splits: 1,
    ...shape,
  };
}

/** A = X·Xᵀ, or Xᵀ·X where that is the smaller one. */
function gramOf(side: number, { group, matrix, offset, size, isTall }: Placed): GemmSpec {
  const { rows, columns, names } = group;
  const of = (transposed: boolean): MatrixLayout => layout(columns, size, { transposed, offset, half: true });
  return spec({
    m: side,
    n: side,
    k: isTall ? rows : columns,
    outer: names.length,
    a: of(isTall),
    b: of(!isTall),
    c: layout(side, side * side, { offset: matrix * side * side }),
    symmetric: true,
  });
}

/** A·A of all of a family. */
function squareOf(side: number, matrices: number): GemmSpec {
  const half = layout(side, side * side, { half: true });
  return spec({
    m: side,
    n: side,
    k: side,
    outer: matrices,
    a: half,
    b: half,
    c: layout(side, side * side),
    symmetric: true,
  });
}

/** The polynomial in A times X, or X times it. */
function productOf(side: number, { group, matrix, offset, size, isTall }: Placed): GemmSpec {
  const { rows, columns, names } = group;
  const x = layout(columns, size, { offset, half: true });
  const polynomial = layout(side, side * side, { offset: matrix * side * side, half: true });
  return spec({
    m: rows,
    n: columns,
    k: side,
    outer: names.length,
    ...(isTall ? { a: x, b: polynomial } : { a: polynomial, b: x }),
    c: layout(columns, size, { offset }),
  });
}

/** y ← half·y + other·x; y is f16, summed in f32. */
function addInPlace(
  gpu: Gpu,
  { half, other, size }: { readonly half: number; readonly other: number; readonly size: number },
  x: tf.TensorInfo,
  y: tf.TensorInfo,
): void {
  const pair = (component: string, of: string): string =>
    `pack2x16float(${half} * unpack2x16float(before.${component}) + ${other} * ${of})`;
  gpu.record(
    {
      name: 'muon sum',
      key: JSON.stringify([size, half, other]),
      source: () =>
        flatSource(
          bindings([['x', 'vec4f']], [['y', 'vec4u']]),
          size / 8,
          `let before = y[i]; let a = x[2u * i]; let b = x[2u * i + 1u];
  y[i] = vec4u(${pair('x', 'a.xy')}, ${pair('y', 'a.zw')}, ${pair('z', 'b.xy')}, ${pair('w', 'b.zw')});`,
        ),
    },
    [x],
    [y],
    flatGrid(size / 8),
  );
}
