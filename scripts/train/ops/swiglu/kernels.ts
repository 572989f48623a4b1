import * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { bindings, flatGrid, flatSource } from '../shared/wgsl';

function lanes(size: number): [number, string] {
  return size % 4 === 0 ? [size / 4, 'vec4f'] : [size, 'f32'];
}

export function swigluForward(gpu: Gpu, gate: tf.TensorInfo, up: tf.TensorInfo): tf.TensorInfo {
  const output = gpu.allocate(gate.shape);
  const [items, type] = lanes(tf.util.sizeFromShape(gate.shape));
  gpu.record(
    {
      name: 'swiglu',
      key: `${items} ${type}`,
      source: () =>
        flatSource(
          bindings(
            [
              ['gate', type],
              ['up', type],
            ],
            [['y', type]],
          ),
          items,
          'let g = gate[i]; y[i] = g / (1.0 + exp(-g)) * up[i];',
        ),
    },
    [gate, up],
    [output],
    flatGrid(items),
  );
  return output;
}

export function swigluBackward(
  gpu: Gpu,
  gate: tf.TensorInfo,
  up: tf.TensorInfo,
  dy: tf.TensorInfo,
): { gate: tf.TensorInfo; up: tf.TensorInfo } {
  const [dGate, dUp] = [gpu.allocate(gate.shape), gpu.allocate(up.shape)];
  const [items, type] = lanes(tf.util.sizeFromShape(gate.shape));
  gpu.record(
    {
      name: 'swiglu gradient',
      key: `${items} ${type}`,
      source: () =>
        flatSource(
          bindings(
            [
              ['gate', type],
              ['up', type],
              ['dy', type],
            ],
            [
              ['dGate', type],
              ['dUp', type],
            ],
          ),
          items,
          `let g = gate[i]; let s = 1.0 / (1.0 + exp(-g)); let d = dy[i];
  dUp[i] = d * g * s;
  dGate[i] = d * up[i] * s * (1.0 + g * (1.0 - s));`,
        ),
    },
    [gate, up, dy],
    [dGate, dUp],
    flatGrid(items),
  );
  return { gate: dGate, up: dUp };
}
