import { SPECIAL_TOKENS } from '../../text/special-tokens';
import type { GraphBuilder, Value } from './graph-builder';
import { ELEMENT_TYPES } from './onnx-proto';

/** Most alternatives to a token that a summary knows for sure. */
export const SUMMARY_ALTERNATIVES = 7;

/** Columns of the output `summary`, in this order; how many of each. */
export const SUMMARY = {
  /** Ids of the tokens with the largest logits, largest first, as float32, which is exact below 2²⁴. */
  tokens: 1 + SUMMARY_ALTERNATIVES,
  /** Their logits. */
  logits: 1 + SUMMARY_ALTERNATIVES,
  /** Σ exp(l − first) over all tokens, `first` being the largest of their logits l. */
  sum: 1,
  /** Σ exp(l − first) · (first − l). */
  weighted: 1,
  /** Logits of the special tokens, as the network gives them. */
  reserved: SPECIAL_TOKENS.length,
} as const;
/** [S, this] is the shape of `summary`. */
export const SUMMARY_WIDTH = Object.values(SUMMARY).reduce((sum, count) => sum + count, 0);
/** Added to a logit it leaves nothing of the token, and no NaN as −∞ would. */
export const BANNED = -1e30;

/**
 * The logits of some rows and summaries of some, which are quicker to compute here. Rows are chosen because all outputs are
 * computed, wanted or not.
 *
 * @param logits [R, vocabulary]
 * @param shapeOfBans as broadcasting takes it, for [S, vocabulary]
 * @param reserved ids of the tokens whose logits are given one by one, `SUMMARY.reserved` of them; the first ones unless
 *   they are given
 */
export function addOutputs(
  graph: GraphBuilder,
  logits: Value,
  vocabulary: number,
  shapeOfBans: readonly (number | string)[],
  reserved?: readonly number[],
): void {
  const chosen = (name: string, count: string): Value =>
    graph.op('Gather', [logits, graph.input(name, 'i32', [count])], { axis: 0 });
  graph.output('logits', chosen('detailed', 'L'), 'f32', ['L', vocabulary]);
  const wanted = chosen('summarized', 'S');
  const allowed = graph.op('Add', [wanted, graph.input('bans', 'f32', shapeOfBans)]);
  // Of equal ones the lowest ids come first.
  const [largest, tokens] = graph.ops('TopK', [allowed, graph.integers(SUMMARY.tokens)], { axis: -1 }, 2);
  const below = graph.op('Sub', [columns(graph, largest!, 1), allowed]);
  const weights = graph.op('Exp', [graph.op('Neg', [below])]);
  const total = (x: Value): Value => sum(graph, x, vocabulary);
  const parts = [
    graph.op('Cast', [tokens!], { to: ELEMENT_TYPES.f32 }),
    largest!,
    total(weights),
    total(graph.op('Mul', [weights, below])),
    reserved
      ? graph.op('Gather', [wanted, graph.integers(...reserved)], { axis: 1 })
      : columns(graph, wanted, SUMMARY.reserved),
  ];
  graph.output('summary', graph.op('Concat', parts, { axis: -1 }), 'f32', ['S', SUMMARY_WIDTH]);
}

/**
 * Sums of the rows [S, vocabulary] → [S, 1]. A float32 that has already got the most probable token's 1 would take no
 * notice of what is below 2⁻²⁵, of which there are thousands: so parts are summed first, then their sums.
 */
function sum(graph: GraphBuilder, x: Value, vocabulary: number): Value {
  const added = (terms: Value, keepdims: number): Value =>
    graph.op('ReduceSum', [terms, graph.integers(-1)], { keepdims });
  const size = divisorNearRoot(vocabulary);
  return added(added(graph.op('Reshape', [x, graph.integers(-1, vocabulary / size, size)]), 0), 1);
}

/** The first columns. */
function columns(graph: GraphBuilder, x: Value, count: number): Value {
  return graph.op('Slice', [x, graph.integers(0), graph.integers(count), graph.integers(-1)]);
}

/** The largest divisor of a number that is no larger than its square root. */
function divisorNearRoot(number: number): number {
  let divisor = Math.floor(Math.sqrt(number));
  while (number % divisor !== 0) divisor--;
  return divisor;
}
