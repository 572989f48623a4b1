/** SwiGLU and its gradient, written as the f16 operands of the products that follow. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { allocateHalf } from '../gemm/half';
import { bindings, flatGrid, flatSource } from '../shared/wgsl';

/** Numbers that a thread makes: 16 bytes. */
const PER_THREAD = 8;

const PACK = `fn pack(a: vec4f, b: vec4f) -> vec4u {
  return vec4u(pack2x16float(a.xy), pack2x16float(a.zw), pack2x16float(b.xy), pack2x16float(b.zw));
}`;

/** silu(gate)·up rounded to f16; gate and up [rows, width], float32, width a multiple of 8. */
export function swigluToHalf(gpu: Gpu, gate: tf.TensorInfo, up: tf.TensorInfo, size: number): tf.TensorInfo {
  const output = allocateHalf(gpu, size);
  const items = size / PER_THREAD;
  gpu.record(
    {
      name: 'swiglu to f16',
      key: String(items),
      source: () =>
        flatSource(
          `${bindings(
            [
              ['gate', 'vec4f'],
              ['up', 'vec4f'],
            ],
            [['y', 'vec4u']],
          )}
${PACK}
fn swiglu(i: u32) -> vec4f { let g = gate[i]; return g / (1.0 + exp(-g)) * up[i]; }`,
          items,
          'y[i] = pack(swiglu(2u * i), swiglu(2u * i + 1u));',
        ),
    },
    [gate, up],
    [output],
    flatGrid(items),
  );
  return output;
}

/**
 * The gradients of gate and up, times `scale`, rounded to f16, side by side: [rows, 2 · width].
 *
 * @param dy the gradient of silu(gate)·up [rows, width], float32
 */
export function swigluGradientToHalf(
  gpu: Gpu,
  { gate, up, dy }: { gate: tf.TensorInfo; up: tf.TensorInfo; dy: tf.TensorInfo },
  [rows, width]: readonly [number, number],
  scale: number,
): tf.TensorInfo {
  const output = allocateHalf(gpu, 2 * rows * width);
  const items = (rows * width) / PER_THREAD;
  const across = width / PER_THREAD;
  const scaled = scale === 1 ? '' : ` * ${scale}.0`;
  gpu.record(
    {
      name: 'swiglu gradient to f16',
      key: `${rows}×${width} ${scale}`,
      source: () =>
        flatSource(
          `${bindings(
            [
              ['gate', 'vec4f'],
              ['up', 'vec4f'],
              ['dy', 'vec4f'],
            ],
            [['y', 'vec4u']],
          )}
${PACK}
fn ofGate(i: u32) -> vec4f {
  let g = gate[i]; let s = 1.0 / (1.0 + exp(-g)); let d = dy[i];
  return d * up[i] * s * (1.0 + g * (1.0 - s))${scaled};
}
fn ofUp(i: u32) -> vec4f {
  let g = gate[i]; let s = 1.0 / (1.0 + exp(-g)); let d = dy[i];
  return d * g * s${scaled};
}`,
          items,
          `let to = i / ${across}u * ${2 * across}u + i % ${across}u;
  y[to] = pack(ofGate(2u * i), ofGate(2u * i + 1u));
  y[to + ${across}u] = pack(ofUp(2u * i), ofUp(2u * i + 1u));`,
        ),
    },
    [gate, up, dy],
    [output],
    flatGrid(items),
  );
  return output;
}
