/** Steps of the optimiser on the current backend, beside the same steps in double precision. */
import * as tf from '@tensorflow/tfjs-core';
import { DEFAULT_ADAMW } from '../../../scripts/train/ops/adamw/options';
import { DEFAULT_MUON } from '../../../scripts/train/ops/muon/options';
import { Optimizer } from '../../../scripts/train/run/optimizer';
import { Random } from '../../../src/engine/diffusion/random';
import { referenceStep, type ReferenceParameter } from './optimizer-reference';

export const MUON = {
  adamw: { ...DEFAULT_ADAMW, beta2: 0.99 },
  muon: { ...DEFAULT_MUON, embeddingFactor: 2 },
};

export interface OptimizerCase {
  readonly name: string;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Gradients are uniform between minus this and this. */
  readonly size: number;
  /** The parameters that have no gradient in the first step. */
  readonly still?: string;
  /** True when it is for devices alone: its kernels take a CPU long to compile. */
  readonly isLarge?: true;
}

const REST = { embedding: [24, 8], norm: [8] };
const SEVERAL = {
  ...REST,
  square0: [16, 16],
  wide0: [16, 40],
  tall0: [40, 16],
  square1: [16, 16],
  wide1: [16, 40],
  other: [24, 72],
  wide2: [16, 40],
};

export const OPTIMIZER_CASES: readonly OptimizerCase[] = [
  { name: 'square, wide and tall matrices, several of a shape, clipped', shapes: SEVERAL, size: 1 },
  {
    name: 'tiny gradients, and none of one matrix in the first step',
    shapes: SEVERAL,
    size: 1e-5,
    still: 'wide1',
  },
  {
    name: 'matrices of several tiles',
    shapes: { ...REST, whole: [160, 144], ragged: [136, 152] },
    size: 1,
    isLarge: true,
  },
];

const STEPS = 3;
/** So large that the changes are not lost in the weights' rounding. */
const RATE = 0.05;

/** Of each parameter after each step: the largest error of its change so far, relative to the largest change wanted. */
export async function measureOptimizer({ shapes, size, still }: OptimizerCase): Promise<number[]> {
  const random = new Random(3);
  const draw = (shape: readonly number[], most: number): Float32Array =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => most * (2 * random.uniform() - 1));
  const first = new Map(Object.entries(shapes).map(([name, shape]) => [name, draw(shape, 0.1)]));
  const variables = new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(first.get(name)!, [...shape]), false)),
    ]),
  );
  const wanted = new Map(
    Object.entries(shapes).map(([name, shape]): [string, ReferenceParameter] => {
      const zeros = (): Float64Array => new Float64Array(first.get(name)!.length);
      return [
        name,
        { shape, values: Float64Array.from(first.get(name)!), momentum: zeros(), squares: zeros() },
      ];
    }),
  );
  const optimizer = new Optimizer(variables, MUON);
  const errors: number[] = [];
  for (let step = 1; step <= STEPS; step++) {
    const gradients = new Map(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        draw(shape, name === still && step === 1 ? 0 : size),
      ]),
    );
    const tensors = new Map(
      [...gradients].map(([name, values]) => [name, tf.tensor(values, [...shapes[name]!])]),
    );
    optimizer.setRate(RATE);
    const norm = optimizer.apply(tensors);
    referenceStep(
      wanted,
      new Map([...gradients].map(([name, values]) => [name, Float64Array.from(values)])),
      { matrices: RATE, rest: RATE * MUON.muon.embeddingFactor },
      step,
    );
    for (const [name, { values }] of wanted)
      errors.push(errorOfChange(first.get(name)!, await variables.get(name)!.data<'float32'>(), values));
    tf.dispose([norm, ...tensors.values()]);
  }
  optimizer.dispose();
  tf.dispose([...variables.values()]);
  return errors;
}

function errorOfChange(from: Float32Array, got: Float32Array, wanted: Float64Array): number {
  const most = wanted.reduce((so, value, i) => Math.max(so, Math.abs(value - from[i]!)), 0);
  // Math.max would let a NaN through only sometimes; this keeps it.
  return got.reduce((so, value, i) => {
    const error = Math.abs(value - wanted[i]!) / most;
    return error <= so ? so : error;
  }, 0);
}
