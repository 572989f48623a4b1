import type { Window } from '../../text/window';
import { type Architecture, isQuantized, type WeightPrecision } from './architecture';
import { GraphBuilder, type Value } from './graph-builder';
import { joinedAttention } from './joined-attention';
import { matrices } from './matrices';
import { ELEMENT_TYPES } from './onnx-proto';
import { OPEN_OVER_PAST } from './open-bias';
import { addOutputs } from './outputs';
import { rotaryEmbedding } from './rotary';
import {
  attentionOfContexts,
  contextInputs,
  type AttentionInLayer,
  type ContextInputs,
} from './several-contexts';
import { splitAttention, splitAttentionOfContext } from './split-attention';
import { weightLayout } from './weight-layout';

/** Everything the graph's file depends on. */
export interface NetworkSpec {
  readonly architecture: Architecture;
  readonly window: Pick<Window, 'positions'>;
  readonly precision: WeightPrecision;
  /** Names of the weights files beside the graph. */
  readonly weightsFiles: readonly string[];
  /** Contexts whose rows may share a run. Default 1. */
  readonly contexts?: number;
}

/**
 * The mask predictor as an ONNX graph: a Transformer encoder without causal mask (LLaDA, arXiv 2502.09992), pre-RMSNorm,
 * QK-RMSNorm, rotary positions, SwiGLU, tied embedding. One graph reads the context (P = 0) and predicts the holes.
 *
 * Inputs: `ids` and `positions` int32 [1, N]; `rows` int32 [R], the rows whose outputs are wanted, R ≥ 1; `bias` float32
 * [1, 1, N, P + N], added to the attention scores (0 or −1e4; with quantised weights also [1, 1, 1, 1]: every row sees every
 * new row and no past; and [1, 1, 2, 1]: every row sees every new row and all of the past); `detailed` int32 [L] and `summarized` int32 [S], indices into the R rows, L and S ≥ 1; `bans`
 * float32 [vocabulary], added to the logits for the summary (0 or −1e30); `past_k_i` and `past_v_i` float32
 * [1, heads, P, headWidth] for every layer i, P ≥ 0.
 * Outputs: `logits` float32 [L, vocabulary]; `summary` float32 [S, SUMMARY_WIDTH], see `SUMMARY`; `k_i` and `v_i` float32
 * [1, heads, N, headWidth], the new rows' own.
 * With float weights, which GPUs run, there are no `detailed`, `summarized`, `bans` and `summary`: `logits` are of all R
 * rows; and `k_i` and `v_i` are of past and new rows, P + N.
 * With several contexts C a run only predicts, and gives no keys and values. The N rows are the first context's, then the
 * second's, …, then padding: `counts` int64 [C + 1] says how many are whose, 0 for a context that is not there; `asked` int64
 * [C + 1] how many of the wanted rows; `within` int32 [R] are `rows` counted within their own context. `bias` and pasts are the
 * first context's, and each other one has its own (`inputOf`); one that is not there has some of one row. `bans` is
 * [1 or S, vocabulary].
 *
 * @returns the bytes of model.onnx
 */
export function buildNetwork(spec: NetworkSpec): Uint8Array {
  const { layers, width, heads, headWidth, vocabulary, normEpsilon } = spec.architecture;
  const graph = new GraphBuilder();
  const layout = weightLayout(spec.architecture, spec.precision, spec.weightsFiles);
  const matrix = matrices(graph, layout);
  const gain = (name: string): Value => graph.stored(layout.get(name)!);
  const epsilon = { float: normEpsilon };
  const cacheShape = (rows: string): (number | string)[] => [1, heads, rows, headWidth];

  const ids = graph.input('ids', 'i32', [1, 'N']);
  const positions = graph.input('positions', 'i32', [1, 'N']);
  const rows = graph.input('rows', 'i32', ['R']);
  const count = spec.contexts ?? 1;
  const asking = isQuantized(spec.precision) && count === 1 ? OPEN_OVER_PAST : 'from';
  const contexts = Array.from({ length: count }, (_, context) =>
    contextInputs(graph, spec.architecture, context, asking),
  );

  const wanted = (x: Value, axis: number): Value => graph.op('Gather', [x, rows], { axis });
  const quantized = isQuantized(spec.precision);
  const attentionOfRows =
    count > 1
      ? attentionOfContexts(graph, contexts, ({ bias, pasts }, own) =>
          quantized
            ? splitAttentionOfContext(graph, spec.architecture, bias, pasts[0]!.keys, own)
            : joinedAttention(graph, spec.architecture, bias),
        )
      : attentionOfOne(graph, spec, contexts[0]!, ids);
  const cachedRows = quantized ? 'N' : 'P + N';
  // RotaryEmbedding takes 64-bit positions only, which WebGPU would choose among on the CPU.
  const long = (x: Value): Value => graph.op('Cast', [x], { to: ELEMENT_TYPES.i64 });
  const every = { positions: long(positions), attention: attentionOfRows(undefined) };
  const last = { positions: long(wanted(positions, 1)), attention: attentionOfRows(rows) };

  const perHead = (x: Value): Value => graph.op('Reshape', [x, graph.integers(0, -1, heads, headWidth)]);
  const joined = (x: Value): Value => graph.op('Reshape', [x, graph.integers(0, -1, heads * headWidth)]);
  const normalized = (x: Value, gains: Value): Value =>
    graph.op('SimplifiedLayerNormalization', [x, gains], { axis: -1, epsilon });
  const rotated = rotaryEmbedding(graph, spec.architecture, spec.window.positions);
  /** Queries or keys [1, n, heads · headWidth] from their projection. */
  const turned = (projection: Value, gains: Value, at: Value): Value =>
    rotated(joined(normalized(perHead(projection), gains)), at);

  /** The residual stream, and its normalised form that the next sub-layer reads. */
  let x = matrix.embed(ids);
  let h = normalized(x, gain('layer.0.norm1'));
  const addAndNormalize = (update: Value, gains: string): void => {
    const inputs = [x, update, gain(gains)];
    const results = graph.runtimeOp('SkipSimplifiedLayerNormalization', inputs, { epsilon }, [
      true,
      false,
      false,
      true,
    ]);
    [h, x] = [results[0]!, results[3]!];
  };

  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `layer.${layer}.${part}`;
    const keys = turned(matrix.multiply(h, name('key')), gain(name('keyNorm')), every.positions);
    const values = matrix.multiply(h, name('value'));
    let asked = every;
    if (layer === layers - 1) {
      asked = last;
      h = wanted(h, 1);
      x = wanted(x, 1);
    }
    // The scores' factor 1/√headWidth lies in the queries' gain.
    const scaled = graph.op('Mul', [gain(name('queryNorm')), graph.scalar(1 / Math.sqrt(headWidth))]);
    const query = turned(matrix.multiply(h, name('query')), scaled, asked.positions);
    const { attended, cached } = asked.attention(query, { keys, values }, layer);
    if (cached) {
      graph.output(`k_${layer}`, cached.keys, 'f32', cacheShape(cachedRows));
      graph.output(`v_${layer}`, cached.values, 'f32', cacheShape(cachedRows));
    }
    addAndNormalize(matrix.multiply(attended, name('output')), name('norm2'));
    // QuickGelu with α = 1 is SiLU.
    const silu = graph.runtimeOp('QuickGelu', [matrix.multiply(h, name('gate'))], {
      alpha: { float: 1 },
    })[0]!;
    const hidden = graph.op('Mul', [silu, matrix.multiply(h, name('up'))]);
    addAndNormalize(
      matrix.multiply(hidden, name('down')),
      layer + 1 < layers ? `layer.${layer + 1}.norm1` : 'norm',
    );
  }

  const logits = matrix.logits(graph.op('Reshape', [h, graph.integers(-1, width)]));
  // The many small programs of a summary take a GPU longer than the logits take to fetch.
  if (quantized) addOutputs(graph, logits, vocabulary, count > 1 ? ['1 or S', vocabulary] : [vocabulary]);
  else graph.output('logits', logits, 'f32', ['R', vocabulary]);
  return graph.encode('mask-predictor');
}

function attentionOfOne(
  graph: GraphBuilder,
  { architecture, precision }: NetworkSpec,
  { bias, pasts }: ContextInputs,
  ids: Value,
): (asking: Value | undefined) => AttentionInLayer {
  const ofRows = isQuantized(precision)
    ? splitAttention(graph, architecture, bias, pasts[0]!.keys, ids)
    : joinedAttention(graph, architecture, bias);
  return (asking) => {
    const attention = ofRows(asking);
    return (query, fresh, layer) => attention(query, fresh, pasts[layer]!);
  };
}
