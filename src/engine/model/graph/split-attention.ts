import type { Architecture } from './architecture';
import { biasOfRows, type AttentionOfRows, type KeysAndValues } from './attention';
import type { GraphBuilder, Value } from './graph-builder';

/** Something of the past rows and of the new ones. */
interface PastAndNew {
  readonly past: Value;
  readonly fresh: Value;
}

/** The numbers of rows that attention needs; the same in every layer. */
interface RowCounts {
  /** int64 [2]: P and N. */
  readonly lengths: Value;
  /** bool [1]: P > 0. */
  readonly hasPast: Value;
  /** float32 [2, N] of ones. */
  readonly ones: Value;
}

const KEY_AXIS = 2;

/**
 * Attention over past and new rows without ever joining them. The sums of a row run over the same numbers in the same order
 * whatever stands beside it, so that no candidate changes another by a bit: of quantised rows a last bit may move a token.
 * It caches the new rows, [1, heads, N, headWidth].
 *
 * @param bias [1, 1, N, P + N]; or [1, 1, 1, 1], which says that nothing is hidden and that there is no past; or
 *   [1, 1, 2, 1], which says that nothing is hidden, of the past neither
 * @param pastKeys [1, heads, P, headWidth] @param ids [1, N]
 */
export function splitAttention(
  graph: GraphBuilder,
  { heads, headWidth }: Pick<Architecture, 'heads' | 'headWidth'>,
  bias: Value,
  pastKeys: Value,
  ids: Value,
): AttentionOfRows {
  const counts = countRows(graph, pastKeys, graph.op('Shape', [ids], { start: 1, end: 2 }));
  const dimension = (axis: number): Value => graph.op('Shape', [bias], { start: axis, end: axis + 1 });
  const open = graph.op('Equal', [dimension(3), graph.integers(1)]);
  const withPast = graph.op('Equal', [dimension(2), graph.integers(2)]);
  const { byHead, attendTo } = perHeadOf(graph, { heads, headWidth });
  return (asking) => {
    const none = (): readonly Value[] => [graph.op('Identity', [bias]), graph.op('Identity', [bias])];
    const ofAsking = (): readonly Value[] => splitBias(graph, biasOfRows(graph, bias, asking), counts);
    const [ofPast, ofFresh] = graph.choose(open, none, ofAsking);
    const split = { past: ofPast!, fresh: ofFresh! };
    return (query, fresh, past) => {
      const cached = { keys: byHead(fresh.keys), values: byHead(fresh.values) };
      const general = (): readonly Value[] => [attendTo(query, past, cached, split, counts)];
      const overPast = (): readonly Value[] => [
        openAttention(graph, query, joined(graph, past, cached), heads),
      ];
      const overFresh = (): readonly Value[] => [openAttention(graph, query, fresh, heads)];
      const all = (): readonly Value[] => graph.choose(withPast, overPast, overFresh);
      return { attended: graph.choose(open, all, general)[0]!, cached };
    };
  };
}

/**
 * As `splitAttention`, for rows of one context of several in a run: by the very operations, and shapes, that they have alone.
 *
 * @param fresh int64 [1], N
 */
export function splitAttentionOfContext(
  graph: GraphBuilder,
  architecture: Pick<Architecture, 'heads' | 'headWidth'>,
  bias: Value,
  pastKeys: Value,
  fresh: Value,
): AttentionOfRows {
  const counts = countRows(graph, pastKeys, fresh);
  const { byHead, attendTo } = perHeadOf(graph, architecture);
  return (asking) => {
    const [ofPast, ofFresh] = splitBias(graph, biasOfRows(graph, bias, asking), counts);
    return (query, { keys, values }, past) => {
      const cached = { keys: byHead(keys), values: byHead(values) };
      const split = { past: ofPast!, fresh: ofFresh! };
      return { attended: attendTo(query, past, cached, split, counts), cached };
    };
  };
}

interface PerHead {
  /** [1, n, heads · headWidth] → [1, heads, n, headWidth] */
  readonly byHead: (x: Value) => Value;
  /** `attend`, of queries [1, n, heads · headWidth], with a result of that shape. */
  readonly attendTo: (
    query: Value,
    past: KeysAndValues,
    fresh: KeysAndValues,
    bias: PastAndNew,
    counts: RowCounts,
  ) => Value;
}

function perHeadOf(
  graph: GraphBuilder,
  { heads, headWidth }: Pick<Architecture, 'heads' | 'headWidth'>,
): PerHead {
  const perHead = (x: Value): Value => graph.op('Reshape', [x, graph.integers(0, -1, heads, headWidth)]);
  return {
    byHead: (x) => graph.op('Transpose', [perHead(x)], { perm: [0, 2, 1, 3] }),
    attendTo: (query, ...others) => {
      const mean = attend(graph, perHead(query), ...others);
      return graph.op('Reshape', [mean, graph.integers(0, -1, heads * headWidth)]);
    },
  };
}

/** @param fresh int64 [1], N */
function countRows(graph: GraphBuilder, keys: Value, fresh: Value): RowCounts {
  const past = graph.op('Shape', [keys], { start: KEY_AXIS, end: KEY_AXIS + 1 });
  const one = graph.constant('one', 'f32', [1, 1], Float32Array.of(1));
  return {
    lengths: graph.op('Concat', [past, fresh], { axis: 0 }),
    hasPast: graph.op('Greater', [past, graph.integers(0)]),
    ones: graph.op('Expand', [one, graph.op('Concat', [graph.integers(2), fresh], { axis: 0 })]),
  };
}

/** The bias [1, 1, n, P + N], cut and turned as `attend` wants it: [1, 1, P, n] and [1, 1, N, n]. */
function splitBias(graph: GraphBuilder, bias: Value, { lengths }: RowCounts): readonly Value[] {
  const byKey = graph.op('Transpose', [bias], { perm: [0, 1, 3, 2] });
  return graph.ops('Split', [byKey, lengths], { axis: KEY_AXIS }, 2);
}

/**
 * Keys and (transposed) values are the left operands, which the CPU's matrix product reads in place, while it would repack
 * a right one.
 *
 * @param query [1, n, heads, headWidth] @param past and `fresh` [1, heads, rows, headWidth]
 * @returns [1, n, heads, headWidth]
 */
function attend(
  graph: GraphBuilder,
  query: Value,
  past: KeysAndValues,
  fresh: KeysAndValues,
  bias: PastAndNew,
  counts: RowCounts,
): Value {
  const both = (make: (rows: KeysAndValues, of: 'past' | 'fresh') => Value): PastAndNew => ({
    past: make(past, 'past'),
    fresh: make(fresh, 'fresh'),
  });
  const columns = graph.op('Transpose', [query], { perm: [0, 2, 3, 1] });
  const scores = both(({ keys }, of) => graph.op('Add', [graph.op('MatMul', [keys, columns]), bias[of]]));
  const largest = [scores.past, scores.fresh].map((part) =>
    graph.op('ReduceMax', [part, graph.integers(KEY_AXIS)], { keepdims: 1 }),
  );
  const peak = graph.op('Max', largest);
  const weights = both((_, of) => graph.op('Exp', [graph.op('Sub', [scores[of], peak])]));
  const sums = both(({ values }, of) =>
    graph.op('MatMul', [graph.op('Transpose', [values], { perm: [0, 1, 3, 2] }), weights[of]]),
  );
  // ONNX Runtime 1.30 fuses that transpose into the product, which then leaves its result unset when there is no past.
  const pastSum = graph.op('Where', [counts.hasPast, sums.past, graph.scalar(0)]);
  const sum = graph.op('Add', [pastSum, sums.fresh]);
  const pastTotal = graph.op('ReduceSum', [weights.past, graph.integers(KEY_AXIS)], { keepdims: 1 });
  const total = graph.op('Add', [pastTotal, totalOfFresh(graph, weights.fresh, counts)]);
  const mean = graph.op('Div', [sum, total]);
  return graph.op('Transpose', [mean], { perm: [0, 3, 1, 2] });
}

/**
 * Sums over the new keys [1, heads, N, n] → [1, heads, 1, n] as a product with ones. Unlike ReduceSum's, its sums run in
 * the keys' order one by one, so that hidden keys, which add zeros, change no bit of them. (Of a single row of ones the
 * product would be another kernel's, which pairs them.)
 */
function totalOfFresh(graph: GraphBuilder, weights: Value, { ones }: RowCounts): Value {
  const twice = graph.op('MatMul', [ones, weights]);
  return graph.op('Slice', [twice, graph.integers(0), graph.integers(1), graph.integers(KEY_AXIS)]);
}

/** Past and new rows [1, heads, P + N, headWidth]. */
function joined(graph: GraphBuilder, past: KeysAndValues, fresh: KeysAndValues): KeysAndValues {
  const both = (a: Value, b: Value): Value => graph.op('Concat', [a, b], { axis: KEY_AXIS });
  return { keys: both(past.keys, fresh.keys), values: both(past.values, fresh.values) };
}

/**
 * Attention of rows that all see each other, and nothing else but perhaps a past, by ONNX Runtime's own operator. It never writes the scores
 * to memory (flash attention), as long as there is neither a bias nor a past.
 *
 * @param keysAndValues [1, rows, heads · headWidth], or by head [1, heads, rows, headWidth]
 * @returns [1, n, heads · headWidth]
 */
function openAttention(
  graph: GraphBuilder,
  query: Value,
  { keys, values }: KeysAndValues,
  heads: number,
): Value {
  const attributes = { num_heads: heads, scale: { float: 1 } };
  return graph.runtimeOp('MultiHeadAttention', [query, keys, values], attributes)[0]!;
}
