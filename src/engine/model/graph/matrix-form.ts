import type { Value } from './graph-builder';

/** The network's matrices in one precision: how tokens are embedded and rows multiplied. */
export interface Matrices {
  /** ids int32 [1, N] → [1, N, width]. */
  embed(ids: Value): Value;
  /** [1, N, in] · the matrix [in, out] → [1, N, out]. */
  multiply(x: Value, name: string): Value;
  /** [R, width] · embeddingᵀ → [R, vocabulary]. */
  logits(x: Value): Value;
}
