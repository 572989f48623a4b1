/** Sizes of the network; the ONNX graph and the trainer build exactly this. */
export interface Architecture {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly headWidth: number;
  /** Hidden width of SwiGLU, the feed-forward layer. */
  readonly swiglu: number;
  readonly vocabulary: number;
  readonly ropeBase: number;
  readonly normEpsilon: number;
}

/**
 * Forms of the weights: floats; int8 with a scale for each of a matrix's outputs (`int8`) or one for all of it; integers
 * in blocks of inputs, each with a scale, the embedding always of 8 bits.
 */
export const WEIGHT_PRECISIONS = ['f32', 'f16', 'int8', 'int8-tensor', 'int8-blocks', 'int4-blocks'] as const;
export type WeightPrecision = (typeof WEIGHT_PRECISIONS)[number];

/** Tells weights that are integers, which are made for the CPU, from floats. */
export function isQuantized(precision: string): boolean {
  return precision !== 'f32' && precision !== 'f16';
}
