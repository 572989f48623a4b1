/** Matrix products: right or wrong for every layout, edge and way to bring a tile into workgroup memory. */
import * as tf from '@tensorflow/tfjs-core';
import type { Gpu, MatrixUnit } from '../backend/gpu';
import { chooseTile, recordGemm } from '../ops/gemm/gemm';
import { canBeHalf, toHalf } from '../ops/gemm/half';
import { product } from '../ops/linear/linear-half';
import type { GemmSpec, Tile } from '../ops/gemm/spec';
import type { Form } from '../ops/gemm/variants';
import type { Log } from './log';

const FORMS: readonly Form[] = ['NN', 'NT', 'TN', 'TT'];
/** Forms that a step of training multiplies in with other tiles than the default. */
const TRAINED_FORMS: readonly Form[] = ['NN', 'NT', 'TN'];

const PERIOD = 31;
const PATTERN = Float32Array.from({ length: PERIOD }, (_, i) => (((i * 7919) % PERIOD) - 15) / 16);

/** Numbers between −1 and 1, exact in f16; a plain loop, because there are up to 50 million. */
export function values(size: number, seed: number): Float32Array {
  const filled = new Float32Array(size);
  for (let i = 0; i < size; i++) filled[i] = PATTERN[(i + seed) % PERIOD]!;
  return filled;
}

export interface MatmulCheck {
  readonly name: string;
  /** Largest errors over all elements, by form. */
  readonly errors: ReadonlyMap<Form, number>;
}

/** The error that a sum may have: the numbers are exact in f16, and their products and sums nearly so in f32. */
export const ALLOWED_MATMUL_ERROR = 1e-3;

/** Errors for sizes [m, k, n] that do and do not fill tiles. */
export async function checkMatmul(
  gpu: Gpu,
  unit: MatrixUnit,
  sizes: readonly (readonly [number, number, number])[],
): Promise<MatmulCheck[]> {
  const before = gpu.matrixUnit;
  gpu.matrixUnit = unit;
  const checks: MatmulCheck[] = [];
  for (const { name, change, half, emulated } of unit === 'f32' ? [AS_CHOSEN] : CHECKED_TILES)
    for (const size of sizes) {
      const errors = new Map<Form, number>();
      for (const form of unit === 'emulated' && change !== AS_CHOSEN.change ? TRAINED_FORMS : FORMS) {
        if (half && !canBeHalved(specOf(form, size))) continue;
        const tile = unit === 'emulated' ? { ...change, ...emulated } : change;
        errors.set(form, await matmulError(gpu, specOf(form, size), tile, half));
      }
      if (errors.size > 0) checks.push({ name: `${name} ${size.join('×')}`, errors });
    }
  gpu.matrixUnit = before;
  return checks;
}

/** Prints the errors and says whether all are allowed. */
export async function logMatmulChecks(
  gpu: Gpu,
  log: Log,
  units: readonly MatrixUnit[],
  sizes: readonly (readonly [number, number, number])[],
): Promise<boolean> {
  let right = true;
  for (const unit of units)
    for (const { name, errors } of await checkMatmul(gpu, unit, sizes)) {
      right &&= [...errors.values()].every((error) => error < ALLOWED_MATMUL_ERROR);
      const cells = [...errors].map(([form, error]) => `${form} ${error.toExponential(1)}`);
      log.line(`check ${unit} ${name}: ${cells.join('  ')}`);
    }
  return right;
}

export function specOf(form: Form, [m, k, n]: readonly [number, number, number]): GemmSpec {
  const [ta, tb] = [form.startsWith('T'), form.endsWith('T')];
  const layout = (transposed: boolean, stride: number) => ({ transposed, stride, outer: 0, inner: 0 });
  return product({
    m,
    n,
    k,
    a: layout(ta, ta ? m : k),
    b: layout(tb, tb ? k : n),
    c: layout(false, n),
  });
}

interface CheckedTile {
  readonly name: string;
  readonly change: Partial<Tile>;
  readonly half: boolean;
  /** Several pieces for each subgroup where they are emulated: one below the other, or side by side. */
  readonly emulated?: Partial<Tile>;
}

const AS_CHOSEN: CheckedTile = {
  name: 'as chosen',
  change: {},
  half: false,
  emulated: { m: 64, warpM: 32 },
};

/** Each way to bring a tile into workgroup memory. */
const CHECKED_TILES: readonly CheckedTile[] = [
  AS_CHOSEN,
  {
    name: 'two buffers, bands',
    change: { buffers: 2, prefetch: false, band: 2 },
    half: false,
    emulated: { m: 16, n: 64, warpN: 32 },
  },
  { name: 'f16, two buffers, prefetch', change: { buffers: 2, prefetch: true }, half: true },
];

export function halved(spec: GemmSpec): GemmSpec {
  return {
    ...spec,
    a: { ...spec.a, half: true },
    b: { ...spec.b, half: true },
  };
}

function canBeHalved({ m, n, k, a, b }: GemmSpec): boolean {
  return canBeHalf(a, a.transposed ? m : k) && canBeHalf(b, b.transposed ? k : n);
}

async function matmulError(gpu: Gpu, plain: GemmSpec, change: Partial<Tile>, half: boolean): Promise<number> {
  const { m, n, k } = plain;
  const spec = { ...(half ? halved(plain) : plain), scaleA: 64 };
  const [x, y] = [values(m * k, 1), values(k * n, 5)];
  const a = tf.tensor1d(x);
  const b = tf.tensor1d(y);
  const c = gpu.own(gpu.allocate([m, n]));
  const halves = half ? [toHalf(gpu, a, m * k, spec.scaleA), toHalf(gpu, b, k * n, 1)] : [];
  recordGemm(gpu, spec, halves[0] ?? a, halves[1] ?? b, c, { ...chooseTile(gpu, spec), ...change });
  gpu.release(...halves);
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
