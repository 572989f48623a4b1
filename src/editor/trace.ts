import type { Step } from '../engine/api';

/** A cell as the demo page shows it. */
export interface TraceCell {
  readonly text: string;
  readonly masked: boolean;
  /** Probability when it was committed, 0–1; 0 while masked. */
  readonly confidence: number;
  /** Index of the step that committed it, −1 while masked. */
  readonly step: number;
}

/** A step as what it changed, so that a trace of hundreds of steps stays small enough to be sent and kept. */
export interface TraceStep {
  readonly index: number;
  readonly t: number;
  readonly forwards: number;
  readonly ms: number;
  readonly done: boolean;
  /** Cells of each hole after this step. */
  readonly lengths: readonly number[];
  readonly changes: readonly { readonly hole: number; readonly index: number; readonly cell: TraceCell }[];
}

/** @param previous the step before this one; undefined for the first, which then says everything */
export function traceStep(previous: Step | undefined, step: Step): TraceStep {
  const { index, t, forwards, ms, done } = step;
  const changes = step.holes.flatMap((cells, hole) =>
    cells.flatMap(({ text, masked, confidence, step: committedAt }, i) => {
      const before = previous?.holes[hole]?.[i];
      const same = before?.masked === masked && before.text === text && before.step === committedAt;
      return same ? [] : [{ hole, index: i, cell: { text, masked, confidence, step: committedAt } }];
    }),
  );
  return { index, t, forwards, ms, done, lengths: step.holes.map((cells) => cells.length), changes };
}

/** The canvas after `steps[position]`: the cells of each hole. */
export function canvasAt(steps: readonly TraceStep[], position: number): TraceCell[][] {
  const holes: TraceCell[][] = [];
  for (const { lengths, changes } of steps.slice(0, position + 1)) {
    lengths.forEach((length, hole) => {
      const cells = (holes[hole] ??= []);
      cells.length = Math.min(cells.length, length);
    });
    for (const { hole, index, cell } of changes) holes[hole]![index] = cell;
  }
  return holes;
}
