import { SPECIAL_TOKENS } from '../bundle-config';
import type { GraphBuilder, Value } from './graph-builder';
import { ELEMENT_TYPES } from './onnx-proto';

/** Columns of the output `summary`, in this order; how many of each. */
export const SUMMARY = {
  /** Ids of the tokens with the largest logits, largest first, as float32, which is exact below 2²⁴. */
  tokens: 8,
  /** Their logits. */
  logits: 8,
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
 * The logits, and a summary of those rows that are to be summarised: some of it is quick to compute here, and little to
 * fetch from a GPU.
 *
 * @param logits [R, vocabulary]
 */
export function addOutputs(graph: GraphBuilder, logits: Value, vocabulary: number): void {
  graph.output('logits', logits, 'f32', ['R', vocabulary]);
  const wanted = graph.op('Gather', [logits, graph.input('summarized', 'i32', ['S'])], { axis: 0 });
  const allowed = graph.op('Add', [wanted, graph.input('bans', 'f32', [vocabulary])]);
  const { tokens, largest } = largestLogits(graph, allowed, vocabulary);
  const below = graph.op('Sub', [columns(graph, largest, 1), allowed]);
  const weights = graph.op('Exp', [graph.op('Neg', [below])]);
  const total = (x: Value): Value => graph.op('ReduceSum', [x, graph.integers(-1)], { keepdims: 1 });
  const parts = [
    tokens,
    largest,
    total(weights),
    total(graph.op('Mul', [weights, below])),
    columns(graph, wanted, SUMMARY.reserved),
  ];
  graph.output('summary', graph.op('Concat', parts, { axis: -1 }), 'f32', ['S', SUMMARY_WIDTH]);
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
  const parts = partsOf(vocabulary);
  if (parts === 1) {
    const { ids, values } = top(logits);
    return { tokens: asFloat(ids), largest: values };
  }
  const size = vocabulary / parts;
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

/** Into how many equal parts a vocabulary is taken; 1 where it has no parts of a good size. */
function partsOf(vocabulary: number): number {
  const fewest = Math.ceil(vocabulary / SORTED_AT_ONCE);
  for (let parts = fewest; parts < 4 * fewest; parts++) if (vocabulary % parts === 0) return parts;
  return 1;
}
