import { Random } from '../../src/engine/index';
import {
  type Architecture,
  elements,
  type Parameter,
  parameterShapes,
  type Window,
} from '../../src/engine/training';

export const TINY: Architecture = {
  layers: 2,
  width: 128,
  heads: 2,
  headWidth: 64,
  swiglu: 352,
  vocabulary: 300,
  ropeBase: 10000,
  normEpsilon: 1e-6,
};

export const TINY_WINDOW: Window = { rows: 128, positions: 256, reserved: [32, 128] };

/** Random weights of a size that keeps every part of the network at work: gains around 1, attention not flat. */
export function randomParameters(architecture: Architecture, seed = 1): Map<string, Parameter> {
  const random = new Random(seed);
  return new Map(
    parameterShapes(architecture).map(({ name, shape }) => {
      const spread = shape.length === 1 ? 0.2 : name === 'embedding' ? 0.5 : 1 / Math.sqrt(shape[0]!);
      const centre = shape.length === 1 ? 1 : 0;
      const data = Float32Array.from({ length: elements(shape) }, () => centre + spread * gaussian(random));
      return [name, { shape, data }];
    }),
  );
}

function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}
