import type { GraphBuilder, Value } from './graph-builder';

/** Keys and values of some rows. */
export interface KeysAndValues {
  readonly keys: Value;
  readonly values: Value;
}

/**
 * Softmax attention of some rows to past and new ones, with a bias added to the scores.
 *
 * @param query already divided by √headWidth, [1, n, heads · headWidth]
 * @param fresh new rows [1, N, heads · headWidth]
 * @param past [1, heads, P, headWidth]
 * @returns `attended` [1, n, heads · headWidth]; `cached`, what a later run is given as its past
 */
export type Attention = (
  query: Value,
  fresh: KeysAndValues,
  past: KeysAndValues,
) => { readonly attended: Value; readonly cached: KeysAndValues };

/** @param asking int32 [n], indices of the new rows that ask; undefined: all of them do */
export type AttentionOfRows = (asking: Value | undefined) => Attention;

/** Picks of the bias [1, 1, N, P + N] the rows that ask. */
export function biasOfRows(graph: GraphBuilder, bias: Value, asking: Value | undefined): Value {
  return asking === undefined ? bias : graph.op('Gather', [bias, asking], { axis: 2 });
}
