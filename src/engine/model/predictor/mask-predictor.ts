import type { RowSummary } from '../../diffusion/summary-row';

/** Tokens that stay fixed during a request. `ids` and `positions` have the same length C ≥ 0. */
export interface PredictorContext {
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  /**
   * Steps that a network whose context sees the holes may keep the context's keys and values for, 0 being exact; absent: as
   * its bundle says. Nothing where the context sees itself only, whose keys and values hold for ever.
   */
  readonly keptSteps?: number | undefined;
}

/** The rows of the holes, masks, committed tokens and `[END]`s alike. */
export interface PredictorRows {
  /** [N] token ids. */
  readonly ids: Int32Array;
  /** [N] rotary positions. */
  readonly positions: Int32Array;
  /** [R] indices into the rows that are predicted. */
  readonly wanted: Int32Array;
  /** [N] canvas each row belongs to; rows of different canvases do not see each other. Absent: one canvas. */
  readonly canvases?: Int32Array;
}

/** The context's keys and values, computed once; belongs to the predictor that made it. */
export interface ContextCache {
  /** Number of context tokens, C. */
  readonly length: number;
  release(): void;
}

/** The rows that are read anew over rows that are kept. */
export interface Rereading {
  /** [C] the position that each row of the whole reading has now; −1: nobody sees it any more. */
  readonly kept: Int32Array;
  /** Rows that see each other and what is kept; at most as many as the context was kept with room for. */
  readonly fresh: PredictorContext;
}

/** A context whose rows outlive a request: some may be read anew while the others stay as they were read. */
export interface KeptContext extends ContextCache {
  /**
   * Turns the kept keys to their new positions (rotary embeddings add up: RoFormer, arXiv 2104.09864, equation 16) and
   * reads the fresh rows: one forward. What an earlier call read is gone; nothing is seen twice.
   */
  reread(reading: Rereading): Promise<void>;
}

/** @param banned ordinary tokens among these have no part in the summaries */
export type Summarize = (
  cache: ContextCache,
  rows: PredictorRows,
  banned: ReadonlySet<number>,
) => Promise<RowSummary[]>;

/** The rows of one context, of several contexts whose rows share a forward. */
export interface RowsOfContext {
  readonly cache: ContextCache;
  readonly rows: PredictorRows;
  /** Given where summaries are wanted instead of logits: the ordinary tokens that have no part in them. */
  readonly banned?: ReadonlySet<number> | undefined;
}

/** A forward's outputs for one context's wanted rows: logits, float32 [R, vocabulary] row-major, or R summaries. */
export type Predicted = Float32Array | readonly RowSummary[];

/**
 * Rows of several contexts, each seeing its own only, in one forward (the steps of continuous batching, Yu et al., Orca,
 * OSDI 2022). On the CPU what one context gets is bit for bit what it gets alone.
 */
export interface Sharing {
  /** Most contexts of a forward, ≥ 2. */
  readonly contexts: number;
  /** Most rows of a forward, those of all contexts together. */
  readonly rows: number;
  /** @param parts as many as `contexts`, each of rows that one forward takes (`splitRuns`) */
  predict(parts: readonly RowsOfContext[]): Promise<readonly Predicted[]>;
}

/**
 * The network: canvas + context → logits per wanted row (LLaDA, arXiv 2502.09992, section 2).
 * Context rows attend to context only, hole rows to everything, so the context pass is exact for every step.
 */
export interface MaskPredictor {
  readonly vocabulary: number;
  /** Runs the context once: one forward, none when the context is empty. */
  readContext(context: PredictorContext): Promise<ContextCache>;
  /** Logits, float32 [R, vocabulary] row-major: one forward, or more where canvases do not fit into one. */
  predict(cache: ContextCache, rows: PredictorRows): Promise<Float32Array>;
  /** As `predict`, with a summary of each wanted row instead of its logits; absent where there are logits only. */
  readonly summarize?: Summarize | undefined;
  /**
   * As `readContext`, with room for rows that are read anew later; absent where nothing can be kept.
   *
   * @param room most rows that a later reading may have
   */
  readonly keepContext?: ((context: PredictorContext, room: number) => Promise<KeptContext>) | undefined;
  /** Makes ready that the rows of so many contexts, ≥ 2, or as many as pay, share a forward; absent where that cannot be. */
  readonly share?: ((contexts: number) => Promise<void>) | undefined;
  /** Absent where every context takes a forward of its own. */
  readonly sharing?: Sharing | undefined;
  /** Graph runs since loading. */
  readonly forwards: number;
  dispose(): Promise<void>;
}
