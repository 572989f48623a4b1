/** Tokens that stay fixed during a request. `ids` and `positions` have the same length C ≥ 0. */
export interface PredictorContext {
  readonly ids: Int32Array;
  readonly positions: Int32Array;
}

/** The rows of the holes, masks, committed tokens and `[END]`s alike. */
export interface PredictorRows {
  /** [N] token ids. */
  readonly ids: Int32Array;
  /** [N] rotary positions. */
  readonly positions: Int32Array;
  /** [R] indices into the rows whose logits are wanted. */
  readonly wanted: Int32Array;
  /** [N] candidate each row belongs to; rows of different candidates do not see each other. Absent: one candidate. */
  readonly candidates?: Int32Array;
}

/** The context's keys and values, computed once; belongs to the predictor that made it. */
export interface ContextCache {
  /** Number of context tokens, C. */
  readonly length: number;
  release(): void;
}

/**
 * The network: canvas + context → logits per wanted row (LLaDA, arXiv 2502.09992, section 2).
 * Context rows attend to context only, hole rows to everything, so the context pass is exact for every step.
 */
export interface MaskPredictor {
  readonly vocabulary: number;
  /** Runs the context once: one forward, none when the context is empty. */
  readContext(context: PredictorContext): Promise<ContextCache>;
  /** Logits, float32 [R, vocabulary] row-major: one forward, or more where candidates do not fit into one. */
  predict(cache: ContextCache, rows: PredictorRows): Promise<Float32Array>;
  /** Graph runs since loading. */
  readonly forwards: number;
  dispose(): Promise<void>;
}
