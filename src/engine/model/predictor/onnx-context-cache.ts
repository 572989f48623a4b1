import type { Tensor } from 'onnxruntime-node';
import type { ContextCache } from './mask-predictor';

export type Tensors = Readonly<Record<string, Tensor>>;

/** Added to the attention scores where a row must not look: nothing of it is left after the softmax. */
export const HIDDEN = -1e4;

/** A context's keys and values, as a session takes them. */
export class OnnxContextCache implements ContextCache {
  /**
   * @param length context tokens that are seen @param past what the graph is given: of every layer float32
   *   [1, heads, P, headWidth] @param bias [P] 0 for each row that is seen, `HIDDEN` for padding and rows that are gone
   * @param alive the predictor's caches that have not been released
   */
  constructor(
    public length: number,
    public past: Tensors,
    public bias: Float32Array,
    private readonly alive: Set<OnnxContextCache>,
  ) {}

  /** True while it is this predictor's and has not been released. */
  isAmong(alive: ReadonlySet<OnnxContextCache>): boolean {
    return alive.has(this);
  }

  release(): void {
    if (this.alive.delete(this)) disposeAll(this.past);
  }
}

export function disposeAll(tensors: Tensors): void {
  for (const tensor of new Set(Object.values(tensors))) tensor.dispose();
}

/** Names of the graph's outputs that become a context cache: `k_0`, `v_0`, `k_1`, … */
export function cacheNames(layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [`k_${layer}`, `v_${layer}`]).flat();
}

/** [P] the rows from `first` on, `count` of them, are seen. */
export function biasOfPast(rows: number, first: number, count: number): Float32Array {
  return new Float32Array(rows).fill(HIDDEN).fill(0, first, first + count);
}

/**
 * [rows, P + rows]: rows see what is seen of the past and the rows of their own canvas, and no padding.
 *
 * @param past [P] @param count of the rows those that are no padding
 */
export function attentionBias(
  past: Float32Array,
  rows: number,
  count: number,
  canvases?: Int32Array,
): Float32Array {
  const width = past.length + rows;
  const bias = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    bias.set(past, start);
    bias.fill(HIDDEN, start + past.length + count, start + width);
    if (!canvases || row >= count) continue;
    for (let other = 0; other < count; other++) {
      if (canvases[row] !== canvases[other]) bias[start + past.length + other] = HIDDEN;
    }
  }
  return bias;
}
