import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../../src/engine/index';

const DEVIATION = 0.02;

/**
 * A parameter's first values: gains are one; matrices normal with deviation 0.02, those that write to the residual
 * stream smaller by √(2·layers), so that its size does not grow with depth (Radford et al., 2019). They depend on seed
 * and name alone.
 */
export function initialValue(
  name: string,
  shape: readonly number[],
  layers: number,
  seed: number,
): Float32Array {
  const values = new Float32Array(tf.util.sizeFromShape([...shape]));
  if (shape.length === 1) return values.fill(1);
  const scale = /\.(output|down)$/.test(name) ? DEVIATION / Math.sqrt(2 * layers) : DEVIATION;
  const random = new Random(seed * 4294967296 + hash(name));
  // Box and Muller, 1958: two uniform numbers give two normal ones.
  for (let i = 0; i < values.length; i += 2) {
    const radius = scale * Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = 2 * Math.PI * random.uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
