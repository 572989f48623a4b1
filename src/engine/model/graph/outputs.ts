import { SPECIAL_TOKENS } from '../bundle-config';
import { SUMMARY_ALTERNATIVES } from '../mask-predictor';
import type { GraphBuilder, Value } from './graph-builder';
import { ELEMENT_TYPES } from './onnx-proto';

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

/** WebGPU sorts up to this many numbers in one program, and more in some hundred. */
const SORTED_AT_ONCE = 2048;

/**
 * The logits of some rows and summaries of some, which are quicker to compute here and little to fetch from a GPU: on
 * WebGPU all outputs come back, wanted or not.
 *
 * @param logits [R, vocabulary]
 */
export function addOutputs(graph: GraphBuilder, logits: Value, vocabulary: number): void {
  const chosen = (name: string, count: string): Value =>
    graph.op('Gather', [logits, graph.input(name, 'i32', [count])], { axis: 0 });
  graph.output('logits', chosen('detailed', 'L'), 'f32', ['L', vocabulary]);
  const wanted = chosen('summarized', 'S');
  const allowed = graph.op('Add', [wanted, graph.input('bans', 'f32', [vocabulary])]);
  const { tokens, largest } = largestLogits(graph, allowed, vocabulary);
  const below = graph.op('Sub', [columns(graph, largest, 1), allowed]);
  const weights = graph.op('Exp', [graph.op('Neg', [below])]);
  const total = (x: Value): Value => sum(graph, x, vocabulary);
  const parts = [
    tokens,
    largest,
    total(weights),
    total(graph.op('Mul', [weights, below])),
    columns(graph, wanted, SUMMARY.reserved),
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
  const size = largestDivisor(vocabulary, Math.sqrt(vocabulary));
  return added(added(graph.op('Reshape', [x, graph.integers(-1, vocabulary / size, size)]), 0), 1);
}

/** The first columns. */
function columns(graph: GraphBuilder, x: Value, count: number): Value {
  return graph.op('Slice', [x, graph.integers(0), graph.integers(count), graph.integers(-1)]);
}

/**
 * The largest of the logits [S, vocabulary] and their tokens, both float32 [S, 8]; of equal ones the lowest ids. The
 * vocabulary is taken in parts where that is quicker: the largest of all are among the largest of the parts.
 */
function largestLogits(
  graph: GraphBuilder,
  logits: Value,
  vocabulary: number,
): { readonly tokens: Value; readonly largest: Value } {
  const count = SUMMARY.tokens;
  const top = (x: Value): { ids: Value; values: Value } => {
    const [values, ids] = graph.ops('TopK', [x, graph.integers(count)], { axis: -1 }, 2);
    return { values: values!, ids: ids! };
  };
  const asFloat = (ids: Value): Value => graph.op('Cast', [ids], { to: ELEMENT_TYPES.f32 });
  const size = largestDivisor(vocabulary, SORTED_AT_ONCE);
  const parts = vocabulary / size;
  if (parts === 1 || size < SORTED_AT_ONCE / 4) {
    const { ids, values } = top(logits);
    return { tokens: asFloat(ids), largest: values };
  }
  const ofParts = top(graph.op('Reshape', [logits, graph.integers(-1, parts, size)]));
  const starts = Float32Array.from({ length: parts }, (_, part) => part * size);
  const tokens = graph.op('Add', [
    asFloat(ofParts.ids),
    graph.constant('part_starts', 'f32', [parts, 1], starts),
  ]);
  const joined = (x: Value): Value => graph.op('Reshape', [x, graph.integers(-1, parts * count)]);
  const { ids, values } = top(joined(ofParts.values));
  return { tokens: graph.op('GatherElements', [joined(tokens), ids], { axis: -1 }), largest: values };
}

/** The largest divisor of a number that is no larger than `most`. */
function largestDivisor(number: number, most: number): number {
  let divisor = Math.floor(Math.min(number, most));
  while (number % divisor !== 0) divisor--;
  return divisor;
}
