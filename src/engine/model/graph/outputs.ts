import type { GraphBuilder, Value } from './graph-builder';
import { ELEMENT_TYPES } from './onnx-proto';

/** How many of the most probable tokens `top` names. */
const TOP_TOKENS = 8;

/** What the graph gives for each wanted row: all logits, or a summary that is quick to fetch from a GPU. */
export type OutputForm = 'logits' | 'top';

/** @param logits [R, vocabulary] */
export function addOutputs(graph: GraphBuilder, logits: Value, vocabulary: number, form: OutputForm): void {
  if (form === 'logits') {
    graph.output('logits', logits, 'f32', ['R', vocabulary]);
    return;
  }
  const logProbabilities = graph.op('LogSoftmax', [logits], { axis: -1 });
  const probabilities = graph.op('Exp', [logProbabilities]);
  const [top, ids] = graph.ops('TopK', [probabilities, graph.integers(TOP_TOKENS)], { axis: -1 }, 2);
  const information = graph.op('Mul', [probabilities, logProbabilities]);
  const entropy = graph.op('Neg', [
    graph.op('ReduceSum', [information, graph.integers(-1)], { keepdims: 0 }),
  ]);
  graph.output('top_ids', graph.op('Cast', [ids!], { to: ELEMENT_TYPES.i32 }), 'i32', ['R', TOP_TOKENS]);
  graph.output('top_probs', top!, 'f32', ['R', TOP_TOKENS]);
  graph.output('entropy', entropy, 'f32', ['R']);
}
