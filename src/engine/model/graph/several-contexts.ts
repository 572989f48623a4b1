import type { Architecture } from './architecture';
import type { AttentionOfRows, KeysAndValues } from './attention';
import type { GraphBuilder, Value } from './graph-builder';

/** The inputs of a run that belong to one context. */
export interface ContextInputs {
  readonly bias: Value;
  /** Of every layer. */
  readonly pasts: readonly KeysAndValues[];
}

/** Attention in one layer: queries [1, n, heads · headWidth], keys and values of the new rows → attended, as the queries. */
export type AttentionInLayer = (
  query: Value,
  fresh: KeysAndValues,
  layer: number,
) => { readonly attended: Value; readonly cached?: KeysAndValues };

/** Names of the inputs that say which rows are which context's, where there are several. */
export const CONTEXT_ROWS = { counts: 'counts', asked: 'asked', within: 'within' } as const;

/** How an input of the first context is called for another one. */
export function inputOf(context: number, name: string): string {
  return context === 0 ? name : `${name}_of_${context}`;
}

/**
 * The inputs of one context: see `buildNetwork`.
 *
 * @param asking name of the bias's dimension that says who looks
 */
export function contextInputs(
  graph: GraphBuilder,
  { layers, heads, headWidth }: Pick<Architecture, 'layers' | 'heads' | 'headWidth'>,
  context: number,
  asking: string,
): ContextInputs {
  const dimension = (name: string): string => inputOf(context, name);
  const input = (name: string, shape: readonly (number | string)[]): Value =>
    graph.input(inputOf(context, name), 'f32', shape);
  const past = (name: string): Value => input(name, [1, heads, dimension('P'), headWidth]);
  return {
    bias: input('bias', [1, 1, dimension(asking), dimension('to')]),
    pasts: Array.from({ length: layers }, (_, layer) => ({
      keys: past(`past_k_${layer}`),
      values: past(`past_v_${layer}`),
    })),
  };
}

/**
 * Attention where the rows of a run are several contexts', each one's together. It is computed for each context by itself, by the
 * operations that its rows have alone, so that nothing depends on which contexts share a run. One without rows costs nothing.
 * Rows behind those of all contexts are padding, and see nothing.
 *
 * @param attentionOf of one context, N int64 [1] of the new rows being its own
 */
export function attentionOfContexts(
  graph: GraphBuilder,
  contexts: readonly ContextInputs[],
  attentionOf: (context: ContextInputs, rows: Value) => AttentionOfRows,
): (asking: Value | undefined) => AttentionInLayer {
  const parts = contexts.length + 1;
  const counts = graph.input(CONTEXT_ROWS.counts, 'i64', [parts]);
  const asked = graph.input(CONTEXT_ROWS.asked, 'i64', [parts]);
  const within = graph.input(CONTEXT_ROWS.within, 'i32', ['R']);
  const rowsOf = contexts.map((_, i) =>
    graph.op('Slice', [counts, graph.integers(i), graph.integers(i + 1), graph.integers(0)]),
  );
  const hasRows = rowsOf.map((rows) => graph.op('Greater', [rows, graph.integers(0)]));
  const ofContexts = contexts.map((context, i) => attentionOf(context, rowsOf[i]!));
  const split = (x: Value, sizes: Value, axis: number): readonly Value[] =>
    graph.ops('Split', [x, sizes], { axis }, parts);
  return (asking) => {
    const askingOf = asking === undefined ? [] : split(within, asked, 0);
    const attentions = ofContexts.map((ofRows, i) => ofRows(askingOf[i]));
    return (query, { keys, values }, layer) => {
      const queries = split(query, asking === undefined ? counts : asked, 1);
      const [keysOf, valuesOf] = [split(keys, counts, 1), split(values, counts, 1)];
      const attended = contexts.map(({ pasts }, i) => {
        const own = { keys: keysOf[i]!, values: valuesOf[i]! };
        const compute = (): readonly Value[] => [attentions[i]!(queries[i]!, own, pasts[layer]!).attended];
        return graph.choose(hasRows[i]!, compute, () => [graph.op('Identity', [queries[i]!])])[0]!;
      });
      return { attended: graph.op('Concat', [...attended, queries[contexts.length]!], { axis: 1 }) };
    };
  };
}
