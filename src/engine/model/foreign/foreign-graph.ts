import { GraphBuilder, type Value } from '../graph/graph-builder';
import { ELEMENT_TYPES } from '../graph/onnx-proto';
import { addOutputs } from '../graph/outputs';
import { rotaryEmbedding } from '../graph/rotary';
import type { ForeignModel } from '../import/foreign-model';
import { groupedAttention } from './foreign-attention';
import { graphPositions } from './foreign-config';
import { headName, type ForeignLayout } from './foreign-layout';
import { foreignMatrices, type HalfProducts } from './foreign-matrices';
import { reservedTokens } from './foreign-tokens';

/** Most rows of padding: of the past, and of the new rows. */
const PADDING = 2 * 128;

/**
 * An imported network as an ONNX graph: a pre-norm Transformer of the LLaMA kind in which every row sees all others. One
 * graph computes the whole text, and hole rows alone on the kept keys and values of the rest (Fast-dLLM, arXiv 2505.22618).
 *
 * Inputs: `embedded` float32 [N, width], rows of the embedding, which is looked up outside; `positions` int32 [N]; `rows`
 * int32 [R], the rows whose outputs are wanted; `kept` int32 [K], the rows whose keys and values are; `past_positions`
 * int32 [P]; `bias` float32 [1, 1, P + N], added to the attention scores (0 or −1e4); `detailed` int32 [L] and
 * `summarized` int32 [S], indices into the R rows; `bans` float32 [vocabulary], added to the logits for the summary (0 or
 * −1e30); `past_k_i` and `past_v_i` float32 [P, keyValueHeads · headWidth]. All counts are at least 1.
 * Outputs: `logits` float32 [L, vocabulary]; `summary` float32 [S, SUMMARY_WIDTH], see `SUMMARY`; `k_i` and `v_i` float32
 * [K, keyValueHeads · headWidth]. Keys are kept before they are turned, so that they may move when a hole grows.
 *
 * @returns the bytes of the graph's file
 */
export function buildForeignGraph(
  model: ForeignModel,
  layout: ForeignLayout,
  halves: HalfProducts,
): Uint8Array {
  const { layers, width, heads, keyValueHeads, headWidth, vocabulary, biases } = model;
  const graph = new GraphBuilder();
  const { multiply, multiplyLarge } = foreignMatrices(graph, layout, halves);
  const gain = (name: string): Value => graph.stored(layout.vector(name));
  // As many as there may be rows, padding included, whatever their positions.
  const tableRows = graphPositions(model) + PADDING;
  const epsilon = { float: model.normEpsilon };
  const cached = keyValueHeads * headWidth;

  let x = graph.input('embedded', 'f32', ['N', width]);
  const positions = graph.input('positions', 'i32', ['N']);
  const rows = graph.input('rows', 'i32', ['R']);
  const kept = graph.input('kept', 'i32', ['K']);
  const pastPositions = graph.input('past_positions', 'i32', ['P']);
  const bias = graph.input('bias', 'f32', [1, 1, 'P + N']);

  // RotaryEmbedding takes 64-bit positions only, and rows of a batch.
  const asBatch = (at: Value): Value =>
    graph.op('Unsqueeze', [graph.op('Cast', [at], { to: ELEMENT_TYPES.i64 }), graph.integers(0)]);
  const picked = (from: Value, which: Value): Value => graph.op('Gather', [from, which], { axis: 0 });
  const all = asBatch(graph.op('Concat', [pastPositions, positions], { axis: 0 }));
  const every = asBatch(positions);
  const wanted = asBatch(picked(positions, rows));
  const turnQueries = rotaryEmbedding(graph, { headWidth, heads, ropeBase: model.ropeBase }, tableRows);
  const turnKeys = rotaryEmbedding(
    graph,
    { headWidth, heads: keyValueHeads, ropeBase: model.ropeBase },
    tableRows,
  );
  const turned = (turn: (y: Value, at: Value) => Value, y: Value, at: Value, size: number): Value =>
    graph.op('Reshape', [turn(graph.op('Unsqueeze', [y, graph.integers(0)]), at), graph.integers(-1, size)]);

  const normalized = (y: Value, gains: Value): Value =>
    graph.op('SimplifiedLayerNormalization', [y, gains], { axis: -1, epsilon });
  /** Queries or keys, each head normalised on its own where the model does that. */
  const ofHeads = (y: Value, gains: string, count: number): Value => {
    if (!model.queryKeyNorm) return y;
    const perHead = graph.op('Reshape', [y, graph.integers(-1, count, headWidth)]);
    return graph.op('Reshape', [normalized(perHead, gain(gains)), graph.integers(-1, count * headWidth)]);
  };

  let h = normalized(x, gain('layer.0.norm1'));
  const addAndNormalize = (update: Value, gains: string): void => {
    const used = [true, false, false, true];
    const results = graph.runtimeOp(
      'SkipSimplifiedLayerNormalization',
      [x, update, gain(gains)],
      { epsilon },
      used,
    );
    [h, x] = [results[0]!, results[3]!];
  };

  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `layer.${layer}.${part}`;
    const keys = ofHeads(multiply(h, name('key'), biases.queryKeyValue), name('keyNorm'), keyValueHeads);
    const values = multiply(h, name('value'), biases.queryKeyValue);
    graph.output(`k_${layer}`, picked(keys, kept), 'f32', ['K', cached]);
    graph.output(`v_${layer}`, picked(values, kept), 'f32', ['K', cached]);
    const joined = (of: 'k' | 'v', fresh: Value): Value =>
      graph.op('Concat', [graph.input(`past_${of}_${layer}`, 'f32', ['P', cached]), fresh], { axis: 0 });
    const allKeys = turned(turnKeys, joined('k', keys), all, cached);
    const allValues = joined('v', values);
    let asking = every;
    if (layer === layers - 1) {
      asking = wanted;
      h = picked(h, rows);
      x = picked(x, rows);
    }
    const projected = ofHeads(multiply(h, name('query'), biases.queryKeyValue), name('queryNorm'), heads);
    const query = turned(turnQueries, projected, asking, heads * headWidth);
    const attended = groupedAttention(graph, model, query, allKeys, allValues, bias);
    addAndNormalize(multiply(attended, name('output'), biases.output), name('norm2'));
    // QuickGelu with α = 1 is SiLU.
    const gate = multiply(h, name('gate'), biases.feedForward);
    const silu = graph.runtimeOp('QuickGelu', [gate], { alpha: { float: 1 } })[0]!;
    const hidden = graph.op('Mul', [silu, multiply(h, name('up'), biases.feedForward)]);
    const next = layer + 1 < layers ? `layer.${layer + 1}.norm1` : 'norm';
    addAndNormalize(multiplyLarge(hidden, name('down'), biases.feedForward), next);
  }
  addOutputs(graph, multiply(h, headName(model)), vocabulary, [vocabulary], reservedTokens(model));
  return graph.encode('foreign-mask-predictor');
}
