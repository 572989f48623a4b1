import type { RowSummary } from '../../diffusion/summary-row';
import { SPECIAL } from '../../text/special-tokens';
import { BANNED, SUMMARY, SUMMARY_WIDTH } from '../graph/outputs';

/**
 * The graph's input `bans`. Special tokens are in it whatever is asked: their logits are given one by one.
 *
 * @returns float32 [vocabulary]
 */
export function bansOf(banned: Iterable<number>, vocabulary: number): Float32Array {
  const bans = new Float32Array(vocabulary);
  for (const token of [...Object.values(SPECIAL), ...banned]) bans[token] = BANNED;
  return bans;
}

/** @param data the graph's output `summary`, float32 [S, SUMMARY_WIDTH] @param banned those it was asked with */
export function readSummaries(data: Float32Array, banned: ReadonlySet<number>): RowSummary[] {
  const rows = Array.from({ length: data.length / SUMMARY_WIDTH }, (_, row) =>
    data.subarray(row * SUMMARY_WIDTH, (row + 1) * SUMMARY_WIDTH),
  );
  return rows.map((row) => {
    let column = 0;
    const next = (count: number): number[] => [...row.subarray(column, (column += count))];
    const tokens = next(SUMMARY.tokens);
    const logits = next(SUMMARY.logits);
    const [sum, weighted] = next(SUMMARY.sum + SUMMARY.weighted) as [number, number];
    const reserved = next(SUMMARY.reserved);
    // Where fewer tokens may stand than a summary names, banned ones fill it up.
    const allowed = logits.findIndex((logit) => logit <= BANNED / 2);
    const named = allowed < 0 ? tokens.length : allowed;
    return {
      tokens: tokens.slice(0, named),
      logits: logits.slice(0, named),
      most: SUMMARY.tokens,
      banned,
      sum: named === 0 ? 0 : sum,
      weighted: named === 0 ? 0 : weighted,
      reserved,
    };
  });
}
