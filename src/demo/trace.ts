import type { CellView, Step } from '../engine/index';

/** A cell as the demo page shows it. */
export interface TraceCell extends CellView {
  /** Position in the trace of the step that committed it, −1 while masked. */
  readonly step: number;
}

/** The cells of each hole, left to right. */
export type TraceCanvas = readonly (readonly TraceCell[])[];

/** A step as what it changed, so that a trace of hundreds of steps stays small enough to be sent and kept. */
export interface TraceStep {
  /** Mask ratio after this step: masked cells by all cells. */
  readonly t: number;
  /** Graph runs so far. */
  readonly forwards: number;
  /** Milliseconds so far. */
  readonly ms: number;
  /** True for a step that the user made, not the model. */
  readonly edited: boolean;
  /** Cells of each hole after this step. */
  readonly lengths: readonly number[];
  readonly changes: readonly { readonly hole: number; readonly index: number; readonly cell: TraceCell }[];
}

/**
 * A step of the engine as a step of a trace.
 *
 * @param kept the trace that the run goes on from; empty where it starts anew. Its last step stands for the engine's
 *   step 0, which is the same canvas and is left out
 * @param previous the engine's step before this one
 */
export function traceStep(kept: readonly TraceStep[], previous: Step | undefined, step: Step): TraceStep {
  const base = kept.at(-1);
  const offset = Math.max(0, kept.length - 1);
  const cells = (holes: Step['holes']): TraceCanvas =>
    holes.map((hole) => hole.map((cell) => traceCell(cell, offset)));
  return {
    ...measure(step.holes),
    forwards: (base?.forwards ?? 0) + step.forwards,
    ms: (base?.ms ?? 0) + step.ms,
    edited: false,
    changes: changesBetween(previous ? cells(previous.holes) : [], cells(step.holes)),
  };
}

function traceCell(cell: CellView, offset: number): TraceCell {
  const { token, text, masked, confidence, step, locked, alternatives } = cell;
  const at = masked ? -1 : step + offset;
  return { token, text, masked, confidence, step: at, locked, ...(alternatives && { alternatives }) };
}

/** The last position before a change of the user's at which the whole text was there; undefined where none was changed. */
export function wholeBeforeEdit(steps: readonly TraceStep[]): number | undefined {
  const edit = steps.findLastIndex(({ edited }, i) => edited && steps[i - 1]?.t === 0);
  return edit < 0 ? undefined : edit - 1;
}

/** The trace up to a position, and after it a step that the user made: the canvas as they want it. */
export function withEdit(steps: readonly TraceStep[], position: number, canvas: TraceCanvas): TraceStep[] {
  const kept = steps.slice(0, position + 1);
  const { forwards = 0, ms = 0 } = kept.at(-1) ?? {};
  const changes = changesBetween(canvasAt(kept, position), canvas);
  return [...kept, { ...measure(canvas), forwards, ms, edited: true, changes }];
}

/** The canvas after `steps[position]`. */
export function canvasAt(steps: readonly TraceStep[], position: number): TraceCell[][] {
  const holes: TraceCell[][] = [];
  for (const step of steps.slice(0, position + 1)) applyStep(holes, step);
  return holes;
}

/** Makes a step's changes to a canvas. */
export function applyStep(holes: TraceCell[][], { lengths, changes }: TraceStep): void {
  lengths.forEach((length, hole) => {
    const cells = (holes[hole] ??= []);
    cells.length = Math.min(cells.length, length);
  });
  for (const { hole, index, cell } of changes) holes[hole]![index] = cell;
}

/** Mean log-probability of the predicted tokens when they were committed, ≤ 0; undefined where there are none. */
export function meanLogProbability(canvas: TraceCanvas): number | undefined {
  const predicted = canvas.flat().filter(({ masked, locked }) => !masked && !locked);
  if (predicted.length === 0) return undefined;
  // A probability that is 0 in single precision would make every other one count for nothing.
  const sum = predicted.reduce((total, { confidence }) => total + Math.log(Math.max(confidence, 1e-9)), 0);
  return sum / predicted.length;
}

function measure(holes: readonly (readonly { readonly masked: boolean }[])[]): {
  readonly t: number;
  readonly lengths: number[];
} {
  const cells = holes.flat();
  const masked = cells.filter((cell) => cell.masked).length;
  return { t: masked / Math.max(1, cells.length), lengths: holes.map((hole) => hole.length) };
}

function changesBetween(before: TraceCanvas, after: TraceCanvas): TraceStep['changes'] {
  return after.flatMap((cells, hole) =>
    cells.flatMap((cell, index) => (sameCell(before[hole]?.[index], cell) ? [] : [{ hole, index, cell }])),
  );
}

function sameCell(a: TraceCell | undefined, b: TraceCell): boolean {
  return (
    a?.token === b.token &&
    a.masked === b.masked &&
    a.step === b.step &&
    a.locked === b.locked &&
    a.confidence === b.confidence
  );
}
