/** How fast matrix products are in the network's shapes, cut in every way. */
import * as tf from '@tensorflow/tfjs-core';
import type { Gpu, Operand } from '../backend/gpu';
import { chooseTile, multiply, recordGemm, splitsOf } from '../ops/gemm/gemm';
import { toHalf } from '../ops/gemm/half';
import type { GemmSpec, Tile } from '../ops/gemm/spec';
import type { Form, TileVariant } from '../ops/gemm/variants';
import type { Log } from './log';
import { halved, specOf, values } from './matmul-check';

export interface MatmulCase {
  readonly name: string;
  readonly form: Form;
  /** m, k, n */
  readonly size: readonly [number, number, number];
}

/** Timed rounds of a product, each as long as this, of which the best counts: clocks rise and fall with the load. */
const ROUNDS = 4;
const ROUND_MILLISECONDS = 15;
/** How long a device is kept busy until its clocks are up. */
const WARM_UP_MILLISECONDS = 2000;

/** TFLOP/s of each variant (a row) and case (a column), a wrong result marked; f16 operands are made before. The reference is the f32 kernel. */
export async function timeMatmul(
  gpu: Gpu,
  log: Log,
  cases: readonly MatmulCase[],
  variants: readonly TileVariant[],
): Promise<void> {
  const cells = new Map<string, string[]>(variants.map(({ name }) => [name, []]));
  const plain: string[] = [];
  let warm = false;
  for (const { form, size } of cases) {
    const [m, k, n] = size;
    const a = tf.tensor1d(values(m * k, 1));
    const b = tf.tensor1d(values(k * n, 5));
    const spec = specOf(form, size);
    if (!warm) await keepBusy(gpu, { a, b, spec, tile: chooseTile(gpu, spec) });
    warm = true;
    const unit = gpu.matrixUnit;
    gpu.matrixUnit = 'f32';
    const reference = await timed(gpu, { a, b, spec, tile: chooseTile(gpu, spec) });
    gpu.matrixUnit = unit;
    plain.push(reference.rate.toFixed(1));
    for (const { name, tile, half } of variants) {
      const halves = half ? ([toHalf(gpu, a, m * k, 1), toHalf(gpu, b, k * n, 1)] as const) : undefined;
      const result = await timed(gpu, {
        a: halves?.[0] ?? a,
        b: halves?.[1] ?? b,
        spec: half ? halved(spec) : spec,
        tile: { ...chooseTile(gpu, spec), ...tile },
      });
      if (halves !== undefined) gpu.release(...halves);
      const worst = Math.max(...result.sample.map((value, i) => Math.abs(value - reference.sample[i]!)));
      const right = worst <= 2e-3 * Math.sqrt(k);
      cells.get(name)!.push(`${result.rate.toFixed(0)}${right ? '' : ` WRONG ${worst.toExponential(1)}`}`);
    }
    tf.dispose([a, b]);
  }
  log.table([
    ['matrix product, TFLOP/s', ...cases.map(({ name }) => name)],
    ...[...cells].map(([name, row]) => [name, ...row]),
    ['f32', ...plain],
  ]);
}

interface Timed {
  readonly a: Operand;
  readonly b: Operand;
  readonly spec: GemmSpec;
  readonly tile: Tile;
}

async function keepBusy(gpu: Gpu, product: Timed): Promise<void> {
  const start = performance.now();
  while (performance.now() - start < WARM_UP_MILLISECONDS) await timed(gpu, product);
}

/** Milliseconds a run takes: the best of some rounds, each of as many runs as fill it. */
async function bestTime(gpu: Gpu, once: () => void): Promise<number> {
  const round = async (runs: number): Promise<number> => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) once();
    await gpu.finish();
    return (performance.now() - start) / runs;
  };
  // The first run compiles, and waiting for the device takes about as long as a run: neither counts.
  await round(1);
  const runs = Math.min(400, Math.max(1, Math.ceil(ROUND_MILLISECONDS / (await round(20)))));
  let best = Infinity;
  for (let i = 0; i < ROUNDS; i++) best = Math.min(best, await round(runs));
  return best;
}

async function timed(gpu: Gpu, { a, b, spec, tile }: Timed): Promise<{ rate: number; sample: Float32Array }> {
  const { m, n, k } = spec;
  const splits = splitsOf(spec, tile);
  const c = gpu.own<tf.Rank.R2>(gpu.allocate([splits * m, n]));
  const milliseconds = await bestTime(gpu, () => recordGemm(gpu, { ...spec, splits }, a, b, c, tile));
  // A few rows of each part are compared; the sum over parts is.
  const sample = new Float32Array(4 * n);
  for (let split = 0; split < splits; split++) {
    const part = tf.slice2d(c, [split * m + m - 4, 0], [4, n]);
    (await part.data<'float32'>()).forEach((value, i) => (sample[i]! += value));
    part.dispose();
  }
  c.dispose();
  return { rate: (2 * m * n * k) / milliseconds / 1e9, sample };
}

/** The product as the network asks for it, splits and sum included. */
export async function timeMultiply(gpu: Gpu, log: Log, cases: readonly MatmulCase[]): Promise<void> {
  for (const { name, form, size } of cases) {
    const [m, k, n] = size;
    const a = tf.zeros(form.startsWith('T') ? [k, m] : [m, k]);
    const b = tf.zeros(form.endsWith('T') ? [n, k] : [k, n]);
    const options = { transposeA: form.startsWith('T'), transposeB: form.endsWith('T') };
    const milliseconds = await bestTime(gpu, () => gpu.release(multiply(gpu, a, b, options)));
    const rate = (2 * m * n * k) / milliseconds / 1e9;
    log.line(`multiply ${name}: ${milliseconds.toFixed(3)} ms, ${rate.toFixed(0)} TFLOP/s`);
    tf.dispose([a, b]);
  }
}
