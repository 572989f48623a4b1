import type { Canvas } from '../../../src/engine/diffusion/canvas';
import type { Slot } from '../../../src/engine/contract/steps';
import { Random } from '../../../src/engine/diffusion/random';
import { ReverseProcess, type ReversePlan } from '../../../src/engine/diffusion/reverse-process';
import type { ReverseStep } from '../../../src/engine/diffusion/unmasking';
import { LogitsRow } from '../../../src/engine/diffusion/row';

export const VOCABULARY = 24;
export const EXPAND = 5;
export const DELETE = 6;
/** The special tokens, and one that is text. */
export const BANNED: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, EXPAND, DELETE, 9]);

/** Logits for positions of a canvas, one row each. */
export type Predict = (canvas: Canvas, slots: readonly Slot[]) => Float32Array[];

/** A predictor whose logits depend on the whole canvas, as a network's do, and on nothing else. */
export function predictFrom(salt: number): Predict {
  return (canvas, slots) => {
    const seen = canvas.holes.flat().reduce((sum, cell, i) => sum + (cell.token ?? -1) * (i + 3), salt);
    return slots.map(({ hole, index }) => {
      const random = new Random(Math.abs(seen) * 1000 + hole * 100 + index);
      return Float32Array.from({ length: VOCABULARY }, () => 8 * random.uniform());
    });
  };
}

/** Low-confidence greedy unmasking of one token a step. */
const GREEDY: Omit<ReversePlan, 'random'> = {
  sampling: { kind: 'greedy' },
  order: 'confidence',
  schedule: 'linear',
  steps: undefined,
  threshold: 0,
  thresholdFactor: 0,
  entropyBound: 0,
  blockLength: 0,
  remasking: 'none',
  remaskingStrength: 0,
  repetitionPenalty: 1,
  alternatives: 0,
  banned: () => BANNED,
  resize: undefined,
};

export function plan({ seed = 0, ...changes }: Partial<ReversePlan> & { seed?: number } = {}): ReversePlan {
  return { ...GREEDY, random: new Random(seed), ...changes };
}

/** Runs a process to its end, step by step. */
export function* steps(canvas: Canvas, predict: Predict, options: ReversePlan): Generator<ReverseStep, void> {
  const process = new ReverseProcess(canvas, options);
  for (let index = 1; ; index++) {
    const { masked, committed } = process.wanted();
    if (masked.length === 0) return;
    const logits = predict(canvas, [...masked, ...committed]);
    yield process.step(
      logits.map((row) => new LogitsRow(row)),
      index,
    );
  }
}
