/** The feed-forward part in one operation against its composition, on the current WebGPU device: bit for bit. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu, type MatrixUnit } from '../../scripts/train/backend/gpu';
import { FEED_FORWARD, feedForward } from '../../scripts/train/ops/feed-forward/feed-forward';
import { PRODUCT_CHOICE } from '../../scripts/train/ops/gemm/variants';
import { Random } from '../../src/engine/diffusion/random';
import type { Outcome } from './suite';

/** Rows, width and units: ragged for every tile. */
const [ROWS, WIDTH, UNITS] = [35, 24, 40];

/** The value and all gradients. */
async function valuesOf(fused: boolean): Promise<Float32Array[]> {
  const random = new Random(3);
  const matrix = (rows: number, columns: number): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: rows * columns }, () => 4 * random.uniform() - 2),
      [rows, columns],
    );
  const inputs = [matrix(ROWS, WIDTH), matrix(WIDTH, UNITS), matrix(WIDTH, UNITS), matrix(UNITS, WIDTH)];
  const dy = matrix(ROWS, WIDTH);
  const before = FEED_FORWARD.fused;
  FEED_FORWARD.fused = fused;
  try {
    const run = (...[x, gate, up, down]: tf.Tensor[]): tf.Tensor =>
      feedForward(x as tf.Tensor2D, [gate as tf.Tensor2D, up as tf.Tensor2D, down as tf.Tensor2D]);
    const results = [tf.tidy(() => run(...inputs)), ...tf.tidy(() => tf.grads(run)(inputs, dy))];
    const values = await Promise.all(results.map((result) => result.data<'float32'>()));
    tf.dispose([...inputs, dy, ...results]);
    return values;
  } finally {
    FEED_FORWARD.fused = before;
  }
}

export async function checkFeedForward(unit: MatrixUnit): Promise<Outcome> {
  const half = PRODUCT_CHOICE.half;
  activeGpu()!.matrixUnit = unit;
  PRODUCT_CHOICE.half = true;
  const [fused, composed] = [await valuesOf(true), await valuesOf(false)];
  PRODUCT_CHOICE.half = half;
  const errors = fused.map(
    (values, i) => values.filter((value, at) => !Object.is(value, composed[i]![at])).length,
  );
  // Numbers that are all zero would be alike too.
  const empty = composed.filter((values) => values.every((value) => value === 0)).length;
  return { name: `${unit}: feed-forward in one, f16`, errors: [...errors, empty], allowed: 0 };
}
