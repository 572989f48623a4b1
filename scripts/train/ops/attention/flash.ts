/** Records the fused attention: which tiles, which dispatches. See attention-flash.source.ts. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { gradientScale } from '../gemm/gemm';
import { gridOf, ROWS_PER_GROUP } from '../shared/wgsl';
import type { AttentionShape } from './shape';
import { SCORE_GRADIENT_SCALE } from './kernels';
import {
  forwardSource,
  keyGradientSource,
  queryGradientSource,
  rowStatsSource,
  type GradientScales,
} from './flash-source';
import { rowsOf, workgroupBytes, type FlashSpec } from './flash-spec';
import { PIECE } from './pieces';

/** Heads are whole pieces wide; wider ones need more registers for their sums than a lane has. */
const WIDEST_HEAD = 64;
/**
 * Subgroups of a workgroup, most first: more of them share what they read of the other side. The backward pass keeps
 * more in registers, so that a large workgroup would be alone on its processor, and idle at each barrier.
 */
const SUBGROUP_CHOICES = { forward: [8, 4, 2], backward: [4, 2] } as const;
type Pass = keyof typeof SUBGROUP_CHOICES;

/** The largest workgroup that the device has memory for, undefined if there is none (or no unit to multiply with). */
function specFor(gpu: Gpu, pass: Pass, shape: AttentionShape, headWidth: number): FlashSpec | undefined {
  if (gpu.matrixUnit === 'f32' || headWidth > WIDEST_HEAD || headWidth % PIECE !== 0) return undefined;
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = gpu.device.limits;
  return SUBGROUP_CHOICES[pass]
    .map((subgroups) => ({ shape, headWidth, subgroups, emulated: gpu.matrixUnit === 'emulated' }))
    .find(
      (spec) =>
        workgroupBytes(spec) <= maxComputeWorkgroupStorageSize &&
        2 * rowsOf(spec) <= maxComputeInvocationsPerWorkgroup,
    );
}

export function fitsFlash(gpu: Gpu, shape: AttentionShape, headWidth: number): boolean {
  return (['forward', 'backward'] as const).every(
    (pass) => specFor(gpu, pass, shape, headWidth) !== undefined,
  );
}

function required(gpu: Gpu, pass: Pass, shape: AttentionShape, q: tf.TensorInfo): FlashSpec {
  const headWidth = q.shape[1]! / shape.heads;
  const spec = specFor(gpu, pass, shape, headWidth);
  if (spec === undefined) throw new Error(`no fused attention for heads of ${headWidth} on this device`);
  return spec;
}

function gridFor(spec: FlashSpec): [number, number, number] {
  return [Math.ceil(spec.shape.length / rowsOf(spec)), spec.shape.heads, spec.shape.batch];
}

/** The output [batch·length, heads·headWidth], and the log-sum-exp of each row and head for the backward pass. */
export function flashForward(
  gpu: Gpu,
  q: tf.TensorInfo,
  k: tf.TensorInfo,
  v: tf.TensorInfo,
  kinds: tf.TensorInfo,
  shape: AttentionShape,
): { output: tf.TensorInfo; logSumExp: tf.TensorInfo } {
  const spec = required(gpu, 'forward', shape, q);
  const output = gpu.allocate(q.shape);
  const logSumExp = gpu.allocate([shape.batch, shape.heads, shape.length]);
  gpu.record(
    { name: 'attention', key: JSON.stringify(spec), source: () => forwardSource(spec) },
    [q, k, v, kinds],
    [output, logSumExp],
    gridFor(spec),
  );
  // Outside this file the log-sum-exp is only carried along; with its true shape tfjs would make zeros of it for its
  // gradient, which nobody asks for.
  return { output, logSumExp: { ...logSumExp, shape: [1] } };
}

export interface FlashGradientInputs {
  readonly q: tf.TensorInfo;
  readonly k: tf.TensorInfo;
  readonly v: tf.TensorInfo;
  readonly kinds: tf.TensorInfo;
  readonly output: tf.TensorInfo;
  readonly logSumExp: tf.TensorInfo;
  readonly dOutput: tf.TensorInfo;
}

export function flashBackward(
  gpu: Gpu,
  { q, k, v, kinds, output, logSumExp, dOutput }: FlashGradientInputs,
  shape: AttentionShape,
): { q: tf.TensorInfo; k: tf.TensorInfo; v: tf.TensorInfo } {
  const spec = required(gpu, 'backward', shape, q);
  const scales = { output: gradientScale(q.shape[0]!), scores: SCORE_GRADIENT_SCALE };
  const key = JSON.stringify([spec, scales]);
  const stats = rowStats(gpu, output, dOutput, logSumExp, spec, scales);
  const [dq, dk, dv] = [gpu.allocate(q.shape), gpu.allocate(k.shape), gpu.allocate(v.shape)];
  const inputs = [q, k, v, dOutput, kinds, stats];
  gpu.record(
    { name: 'attention gradient, queries', key, source: () => queryGradientSource(spec, scales) },
    inputs,
    [dq],
    gridFor(spec),
  );
  gpu.record(
    { name: 'attention gradient, keys', key, source: () => keyGradientSource(spec, scales) },
    inputs,
    [dk, dv],
    gridFor(spec),
  );
  gpu.release(stats);
  return { q: dq, k: dk, v: dv };
}

/** See rowStatsSource. */
function rowStats(
  gpu: Gpu,
  output: tf.TensorInfo,
  dOutput: tf.TensorInfo,
  logSumExp: tf.TensorInfo,
  spec: FlashSpec,
  scales: GradientScales,
): tf.TensorInfo {
  const rows = spec.shape.batch * spec.shape.heads * spec.shape.length;
  const stats = gpu.allocate([rows, 2]);
  gpu.record(
    {
      name: 'attention row statistics',
      key: JSON.stringify([spec, scales]),
      source: () => rowStatsSource(gpu, spec, scales),
    },
    [output, dOutput, logSumExp],
    [stats],
    gridOf(Math.ceil(rows / ROWS_PER_GROUP)),
  );
  return stats;
}
