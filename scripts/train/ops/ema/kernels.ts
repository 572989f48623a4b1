import type * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../../backend/gpu';
import { bindable, bindEach, flatBranches, shapesOf } from '../shared/multi-tensor';
import { bindings, ENTRY } from '../shared/wgsl';

/** average += rate · (parameter − average), the rate read from the device. */
export function moveAverages(
  gpu: Gpu,
  rate: tf.Tensor,
  parameters: ReadonlyMap<string, tf.Variable>,
  averages: ReadonlyMap<string, tf.Variable>,
): void {
  const names = [...parameters.keys()];
  for (const parts of bindable(gpu, names, { own: 2, shared: 1 }, (name) => parameters.get(name)!)) {
    const { body, grid } = flatBranches(parts, (p) => `y${p}[i] += rate[0] * (x${p}[i] - y${p}[i]);`);
    gpu.record(
      {
        name: 'ema',
        key: shapesOf(parts),
        source: () => `${bindings([['rate', 'f32'], ...bindEach(parts, 'x')], bindEach(parts, 'y'))}
${ENTRY}
  ${body}
}`,
      },
      [rate, ...parts.map(({ of }) => parameters.get(of)!)],
      parts.map(({ of }) => averages.get(of)!),
      grid,
    );
  }
}
