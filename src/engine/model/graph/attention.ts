import type { Value } from './graph-builder';

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

/** @param ofAsking picks of the bias of all new rows that of the rows that ask */
export type AttentionOf = (ofAsking: (bias: Value) => Value) => Attention;
