import type { PredictorRows } from './mask-predictor';

/**
 * Most rows of a run that holds several candidates. ONNX Runtime's CPU sums over the rows of a run in blocks of this
 * many: within one block, the zeros that hidden rows add leave every bit of a candidate's result as it is alone.
 * A run of so many rows keeps the processor busy, so more runs cost no more than larger ones.
 */
const MOST_ROWS = 128;

/** The part of a request's rows that one run of the graph takes. */
export interface RunRows extends PredictorRows {
  /** For each wanted row of the run, its index among the request's wanted rows. */
  readonly asked: readonly number[];
}

/** Splits rows into runs of whole candidates, in order; runs of which nothing is wanted are left out. */
export function splitRuns({ ids, positions, wanted, candidates }: PredictorRows): RunRows[] {
  const runs: number[][] = [];
  for (const rows of rowsOfCandidates(ids.length, candidates)) {
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
        candidates: Int32Array.from(rows, (row) => candidates?.[row] ?? 0),
        asked,
      };
    })
    .filter(({ asked }) => asked.length > 0);
}

function rowsOfCandidates(count: number, candidates: Int32Array | undefined): number[][] {
  const all = Array.from({ length: count }, (_, row) => row);
  if (!candidates) return [all];
  const byCandidate = new Map<number, number[]>();
  for (const row of all) {
    const rows = byCandidate.get(candidates[row]!) ?? [];
    rows.push(row);
    byCandidate.set(candidates[row]!, rows);
  }
  return [...byCandidate.values()];
}
