import type { GraphBuilder, Value } from '../graph/graph-builder';
import type { ForeignModel } from '../import/foreign-model';

/**
 * Softmax attention with grouped heads (Ainslie et al., arXiv 2305.13245) in which every row sees all keys: the queries of
 * a group are multiplied with its keys at once, so that no key is copied.
 *
 * @param query [n, heads · headWidth], turned @param keys and `values` [L, keyValueHeads · headWidth], keys turned
 * @param bias float32 [1, 1, L], added to the scores: 0, or −1e4 for rows that are padding
 * @returns [n, heads · headWidth]
 */
export function groupedAttention(
  graph: GraphBuilder,
  { heads, keyValueHeads, headWidth }: Pick<ForeignModel, 'heads' | 'keyValueHeads' | 'headWidth'>,
  query: Value,
  keys: Value,
  values: Value,
  bias: Value,
): Value {
  const group = heads / keyValueHeads;
  const shaped = (x: Value, ...shape: number[]): Value => graph.op('Reshape', [x, graph.integers(...shape)]);
  const turned = (x: Value, ...perm: number[]): Value => graph.op('Transpose', [x], { perm });

  const scaled = graph.op('Mul', [query, graph.scalar(1 / Math.sqrt(headWidth))]);
  const queries = shaped(
    turned(shaped(scaled, -1, keyValueHeads, group, headWidth), 1, 2, 0, 3),
    keyValueHeads,
    -1,
    headWidth,
  );
  const byHead = (x: Value): Value => shaped(x, -1, keyValueHeads, headWidth);
  const scores = graph.op('MatMul', [queries, turned(byHead(keys), 1, 2, 0)]);
  const weights = graph.op('Softmax', [graph.op('Add', [scores, bias])], { axis: -1 });
  const attended = graph.op('MatMul', [weights, turned(byHead(values), 1, 0, 2)]);
  const rows = turned(shaped(attended, keyValueHeads, group, -1, headWidth), 2, 0, 1, 3);
  return shaped(rows, -1, heads * headWidth);
}
