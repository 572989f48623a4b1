import type { PredictorRows } from './mask-predictor';

/**
 * Most rows of a run that holds several canvases. ONNX Runtime's CPU sums over the rows of a run in blocks of this
 * many: within one block, the zeros that hidden rows add leave every bit of a canvas's result as it is alone.
 * A run of so many rows keeps the processor busy, so more runs cost no more than larger ones.
 */
const MOST_ROWS = 128;

/** The part of a request's rows that one run of the graph takes. */
export interface RunRows extends PredictorRows {
  /** For each wanted row of the run, its index among the request's wanted rows. */
  readonly asked: readonly number[];
}

/** Splits rows into runs of whole canvases, in order; runs of which nothing is wanted are left out. */
export function splitRuns({ ids, positions, wanted, canvases }: PredictorRows): RunRows[] {
  const runs: number[][] = [];
  for (const rows of rowsOfCanvases(ids.length, canvases)) {
    const last = runs.at(-1);
    if (last && last.length + rows.length <= MOST_ROWS) last.push(...rows);
    else runs.push([...rows]);
  }
  return runs
    .map((rows) => {
      const placeOf = new Map(rows.map((row, place) => [row, place]));
      const asked = [...wanted.keys()].filter((i) => placeOf.has(wanted[i]!));
      return {
        ids: Int32Array.from(rows, (row) => ids[row]!),
        positions: Int32Array.from(rows, (row) => positions[row]!),
        wanted: Int32Array.from(asked, (i) => placeOf.get(wanted[i]!)!),
        canvases: Int32Array.from(rows, (row) => canvases?.[row] ?? 0),
        asked,
      };
    })
    .filter(({ asked }) => asked.length > 0);
}

function rowsOfCanvases(count: number, canvases: Int32Array | undefined): number[][] {
  const all = Array.from({ length: count }, (_, row) => row);
  if (!canvases) return [all];
  const byCanvas = new Map<number, number[]>();
  for (const row of all) {
    const rows = byCanvas.get(canvases[row]!) ?? [];
    rows.push(row);
    byCanvas.set(canvases[row]!, rows);
  }
  return [...byCanvas.values()];
}
