/** The iteration that brings singular values near one, with the coefficients of Keller Jordan's Muon. */
export const NEWTON_SCHULZ = {
  steps: 5,
  /** X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ, on the side with fewer rows. */
  a: 3.4445,
  b: -4.775,
  c: 2.0315,
  /** Added to the Frobenius norm that X is divided by first: what has no gradient has no update. */
  epsilon: 1e-7,
} as const;

/** A factor of the update beside the rate: with it entries are about as large as AdamW's (Moonlight, arXiv 2502.16982, section 2.2). */
export function updateScale(rows: number, columns: number): number {
  return 0.2 * Math.sqrt(Math.max(rows, columns));
}
