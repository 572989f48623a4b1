import type { Architecture } from './architecture';
import { biasOfRows, type AttentionOfRows } from './attention';
import type { GraphBuilder, Value } from './graph-builder';

/**
 * Attention over past and new rows, joined, by ONNX Runtime's own operator: few programs to start, which is what takes a
 * GPU's time. It caches past and new rows, [1, heads, P + N, headWidth].
 *
 * @param bias [1, 1, N, P + N]
 */
export function joinedAttention(
  graph: GraphBuilder,
  { heads }: Pick<Architecture, 'heads'>,
  bias: Value,
): AttentionOfRows {
  const none = '';
  const attributes = { num_heads: heads, scale: { float: 1 } };
  return (asking) => {
    const asked = biasOfRows(graph, bias, asking);
    return (query, fresh, past) => {
      const inputs = [query, fresh.keys, fresh.values, none, none, asked, past.keys, past.values];
      const results = graph.runtimeOp('MultiHeadAttention', inputs, attributes, [true, true, true]);
      const [attended, keys, values] = results as [Value, Value, Value];
      return { attended, cached: { keys, values } };
    };
  };
}
