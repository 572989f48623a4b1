/** Matrix products on WebGPU: picks kernel, tile and split, and records them. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu, Operand } from '../../backend/gpu';
import { sumParts } from '../shared/sum-kernels';
import { f32Source, f32Tile } from './f32';
import { gemmKey, splitDepth, type GemmSpec, type Tile } from './spec';
import { emulatedTile, subgroupSource, subgroupTile } from './subgroup';
import { formOf } from './variants';

/** Workgroups below which the k range is split: enough for the largest GPUs. */
const BUSY_WORKGROUPS = 256;
/** A split is at least this many tiles deep, or its sum costs more than it wins. */
const MIN_SPLIT_TILES = 8;

/** The power of two near the number of rows: a mean over rows makes each row's gradient about that much smaller than one. */
export function gradientScale(rows: number): number {
  return 2 ** Math.round(Math.log2(Math.max(1, rows)));
}

export function chooseTile(gpu: Gpu, spec: GemmSpec): Tile {
  if (gpu.matrixUnit === 'f32') return f32Tile(spec);
  return gpu.matrixUnit === 'emulated' ? emulatedTile(spec) : subgroupTile(spec, gpu.capabilities.wideWarps);
}

/** Records c = alpha·a·b as `spec` says, with the splits it says. */
export function recordGemm(
  gpu: Gpu,
  spec: GemmSpec,
  a: Operand,
  b: Operand,
  c: Operand,
  tile = chooseTile(gpu, spec),
): void {
  const unit = gpu.matrixUnit;
  gpu.record(
    {
      name: `matmul ${formOf(spec)} ${spec.outer * spec.inner > 1 ? `${spec.outer * spec.inner}×` : ''}${spec.m}×${spec.k}×${spec.n}`,
      key: `${unit} ${gemmKey(spec, tile)}`,
      source: () =>
        unit === 'f32' ? f32Source(spec, tile) : subgroupSource(spec, tile, unit === 'emulated'),
    },
    [a, b],
    [c],
    [Math.ceil(spec.n / tile.n), Math.ceil(spec.m / tile.m), spec.outer * spec.inner * spec.splits],
  );
}

/** Parts to cut the k range into, so that a product of few tiles keeps a large GPU busy. */
export function splitsOf(spec: GemmSpec, tile: Tile): number {
  const { m, n, k } = spec;
  const tiles = Math.ceil(m / tile.m) * Math.ceil(n / tile.n);
  const wanted = Math.max(
    1,
    Math.min(Math.ceil(BUSY_WORKGROUPS / tiles), Math.floor(k / (tile.k * MIN_SPLIT_TILES))),
  );
  // Rounding the depth up can leave the last of the wanted splits without any.
  return Math.ceil(k / splitDepth({ ...spec, splits: wanted }, tile));
}

export interface MultiplyOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly scaleA?: number;
  readonly scaleB?: number;
  /** Sizes [rows, columns] as stored, where an operand is a part of a tensor. */
  readonly shapeA?: readonly [number, number];
  readonly shapeB?: readonly [number, number];
  /** Written to instead of a new tensor. */
  readonly output?: Operand;
  /** Added to instead of overwritten; needs `output`. */
  readonly accumulate?: boolean;
}

function shapeOf(operand: Operand): readonly [number, number] {
  return ('tensor' in operand ? operand.tensor : operand).shape as [number, number];
}

/** a·b of two matrices, either of them stored transposed, as a new tensor [m, n] or into `output`. */
export function multiply(gpu: Gpu, a: Operand, b: Operand, options: MultiplyOptions = {}): tf.TensorInfo {
  const { transposeA = false, transposeB = false, scaleA = 1, scaleB = 1, accumulate = false } = options;
  const [rowsA, columnsA] = options.shapeA ?? shapeOf(a);
  const [rowsB, columnsB] = options.shapeB ?? shapeOf(b);
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [depth, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (k !== depth) throw new Error(`cannot multiply ${m}×${k} by ${depth}×${n}`);
  const output = options.output ?? gpu.allocate([m, n]);
  const layout = (transposed: boolean, stride: number) => ({ transposed, stride, outer: 0, inner: 0 });
  const whole: GemmSpec = {
    m,
    n,
    k,
    outer: 1,
    inner: 1,
    alpha: 1,
    scaleA,
    scaleB,
    splits: 1,
    a: layout(transposeA, columnsA),
    b: layout(transposeB, columnsB),
    c: layout(false, n),
  };
  multiplyInto(gpu, whole, a, b, { output, accumulate });
  return 'tensor' in output ? output.tensor : output;
}

/** Records c (+)= alpha·a·b of one matrix each, its k range split as its size asks for. */
export function multiplyInto(
  gpu: Gpu,
  whole: GemmSpec,
  a: Operand,
  b: Operand,
  { output, accumulate = false }: { readonly output: Operand; readonly accumulate?: boolean },
): void {
  const { m, n } = whole;
  const tile = chooseTile(gpu, whole);
  const splits = splitsOf(whole, tile);
  if (splits === 1 && !accumulate) {
    recordGemm(gpu, whole, a, b, output, tile);
  } else {
    const parts = gpu.allocate([splits, m, n]);
    recordGemm(gpu, { ...whole, splits }, a, b, parts, tile);
    sumParts(gpu, parts, { parts: splits, size: m * n, accumulate }, output);
    gpu.release(parts);
  }
}
