/** Matrix products: right or wrong for every layout and edge, and how fast in the network's shapes. */
import * as tf from '@tensorflow/tfjs-core';
import type { Gpu, MatrixUnit } from '../backend/gpu';
import { chooseTile, multiply, recordGemm } from '../ops/gemm/gemm';
import { splitDepth, type GemmSpec, type Tile } from '../ops/gemm/spec';
import type { Log } from './log';

type Form = 'NN' | 'NT' | 'TN' | 'TT';
const forms: readonly Form[] = ['NN', 'NT', 'TN', 'TT'];

const values = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => ((((i + seed) * 7919) % 31) - 15) / 16);

/** Largest error over all elements, for sizes that do and do not fill tiles. */
export async function checkMatmul(
  gpu: Gpu,
  log: Log,
  units: readonly MatrixUnit[],
  sizes: readonly (readonly [number, number, number])[],
): Promise<boolean> {
  let right = true;
  const before = gpu.matrixUnit;
  for (const unit of units) {
    gpu.matrixUnit = unit;
    for (const vectors of unit === 'subgroup' ? [false, true] : [false]) {
      for (const [m, k, n] of sizes) {
        const errors: string[] = [];
        for (const form of forms) {
          const error = await matmulError(gpu, form, [m, k, n], vectors);
          if (!(error < 1e-3)) right = false;
          errors.push(`${form} ${error.toExponential(1)}`);
        }
        log.line(`check ${unit}${vectors ? ' vectors' : ''} ${m}×${k}×${n}: ${errors.join('  ')}`);
      }
    }
  }
  gpu.matrixUnit = before;
  return right;
}

function specOf(form: Form, [m, k, n]: readonly [number, number, number]): GemmSpec {
  const [ta, tb] = [form.startsWith('T'), form.endsWith('T')];
  const layout = (transposed: boolean, stride: number) => ({ transposed, stride, outer: 0, inner: 0 });
  return {
    m,
    n,
    k,
    outer: 1,
    inner: 1,
    alpha: 1,
    scaleA: 1,
    scaleB: 1,
    splits: 1,
    a: layout(ta, ta ? m : k),
    b: layout(tb, tb ? k : n),
    c: layout(false, n),
  };
}

async function matmulError(
  gpu: Gpu,
  form: Form,
  size: readonly [number, number, number],
  vectors: boolean,
): Promise<number> {
  const [m, k, n] = size;
  const spec = { ...specOf(form, size), scaleA: 64 };
  const [x, y] = [values(m * k, 1), values(k * n, 5)];
  const a = tf.tensor1d(x);
  const b = tf.tensor1d(y);
  const c = gpu.own(gpu.allocate([m, n]));
  recordGemm(gpu, spec, a, b, c, { ...chooseTile(gpu, spec), vectors });
  const result = await c.data<'float32'>();
  tf.dispose([a, b, c]);
  let worst = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++)
        sum += x[spec.a.transposed ? l * m + i : i * k + l]! * y[spec.b.transposed ? j * k + l : l * n + j]!;
      const error = Math.abs(sum - result[i * n + j]!);
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

export interface MatmulCase {
  readonly name: string;
  readonly form: Form;
  /** m, k, n */
  readonly size: readonly [number, number, number];
}

/** Ways to cut tiles that are tried against each other. */
export const tileVariants: readonly (readonly [string, Partial<Tile>])[] = [
  ['default', {}],
  ['no prefetch', { prefetch: false }],
  ['vectors', { vectors: true }],
  ['vectors, no prefetch', { vectors: true, prefetch: false }],
  ['vectors, depth 64', { vectors: true, k: 64, prefetch: false }],
  ['vectors, 64×64 warps', { vectors: true, warpM: 64, warpN: 64, prefetch: false }],
  ['vectors, 256×128', { vectors: true, m: 256, n: 128, warpM: 64, warpN: 64, prefetch: false }],
  ['vectors, 128×64', { vectors: true, m: 128, n: 64, warpM: 32, warpN: 32 }],
  ['vectors, 64×64', { vectors: true, m: 64, n: 64, warpM: 32, warpN: 32 }],
];

/** TFLOP/s of each case and variant; a wrong result is marked. The reference is the f32 kernel. */
export async function timeMatmul(
  gpu: Gpu,
  log: Log,
  cases: readonly MatmulCase[],
  variants: typeof tileVariants,
  repeats: number,
): Promise<void> {
  const rows: string[][] = [['matrix product, TFLOP/s', ...cases.map(({ name }) => name)]];
  const cells = new Map<string, string[]>(variants.map(([name]) => [name, []]));
  const plain: string[] = [];
  for (const { form, size } of cases) {
    const [m, k, n] = size;
    const a = tf.tensor1d(values(m * k, 1));
    const b = tf.tensor1d(values(k * n, 5));
    const unit = gpu.matrixUnit;
    gpu.matrixUnit = 'f32';
    const reference = await timed(gpu, { a, b, spec: specOf(form, size), change: {}, repeats: 2 });
    gpu.matrixUnit = unit;
    plain.push(reference.rate.toFixed(1));
    for (const [name, change] of variants) {
      const result = await timed(gpu, { a, b, spec: specOf(form, size), change, repeats });
      const worst = Math.max(...result.sample.map((value, i) => Math.abs(value - reference.sample[i]!)));
      cells
        .get(name)!
        .push(
          `${result.rate.toFixed(0)}${worst <= 2e-3 * Math.sqrt(k) ? '' : ` WRONG ${worst.toExponential(1)}`}`,
        );
    }
    tf.dispose([a, b]);
  }
  for (const [name, row] of cells) rows.push([name, ...row]);
  rows.push(['f32', ...plain]);
  log.table(rows);
}

interface Timed {
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
  readonly spec: GemmSpec;
  readonly change: Partial<Tile>;
  readonly repeats: number;
}

async function timed(
  gpu: Gpu,
  { a, b, spec, change, repeats }: Timed,
): Promise<{ rate: number; sample: Float32Array }> {
  const { m, n, k } = spec;
  const tile = { ...chooseTile(gpu, spec), ...change };
  const tiles = Math.ceil(m / tile.m) * Math.ceil(n / tile.n);
  const wanted = Math.max(1, Math.min(Math.ceil(256 / tiles), Math.floor(k / (tile.k * 8))));
  const splits = Math.ceil(k / splitDepth({ ...spec, splits: wanted }, tile));
  const c = gpu.own<tf.Rank.R2>(gpu.allocate([splits * m, n]));
  const once = (): void => recordGemm(gpu, { ...spec, splits }, a, b, c, tile);
  once();
  once();
  await gpu.finish();
  const start = performance.now();
  for (let i = 0; i < repeats; i++) once();
  await gpu.finish();
  const seconds = (performance.now() - start) / 1000 / repeats;
  // A few rows of each part are compared; the sum over parts is.
  const sample = new Float32Array(4 * n);
  for (let split = 0; split < splits; split++) {
    const part = tf.slice2d(c, [split * m + m - 4, 0], [4, n]);
    (await part.data<'float32'>()).forEach((value, i) => (sample[i]! += value));
    part.dispose();
  }
  c.dispose();
  return { rate: (2 * m * n * k) / seconds / 1e12, sample };
}

/** The product as the network asks for it, splits and sum included. */
export async function timeMultiply(
  gpu: Gpu,
  log: Log,
  cases: readonly MatmulCase[],
  repeats: number,
): Promise<void> {
  for (const { name, form, size } of cases) {
    const [m, k, n] = size;
    const a = tf.zeros(form.startsWith('T') ? [k, m] : [m, k]);
    const b = tf.zeros(form.endsWith('T') ? [n, k] : [k, n]);
    const once = (): void =>
      gpu.release(multiply(gpu, a, b, { transposeA: form.startsWith('T'), transposeB: form.endsWith('T') }));
    once();
    await gpu.finish();
    const start = performance.now();
    for (let i = 0; i < repeats; i++) once();
    await gpu.finish();
    const seconds = (performance.now() - start) / 1000 / repeats;
    log.line(
      `multiply ${name}: ${(seconds * 1000).toFixed(3)} ms, ${((2 * m * n * k) / seconds / 1e12).toFixed(0)} TFLOP/s`,
    );
    tf.dispose([a, b]);
  }
}
