import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node';
import { EngineError } from '../errors';
import type { BundleConfig } from './bundle-config';
import { splitRuns } from './candidates';
import type { ContextCache, MaskPredictor, PredictorContext, PredictorRows } from './mask-predictor';

/** Added to the attention scores where a row must not look: nothing of it is left after the softmax. */
const HIDDEN = -1e4;

type Rows = Pick<PredictorRows, 'ids' | 'positions' | 'candidates'>;
type Tensors = Readonly<Record<string, Tensor>>;

/** The mask predictor on an ONNX Runtime session of the graph that `buildNetwork` describes. */
export class OnnxMaskPredictor implements MaskPredictor {
  readonly vocabulary: number;
  readonly #cacheNames: readonly string[];
  readonly #caches = new Set<OnnxContextCache>();
  #forwards = 0;

  /** @param onDevice whether the session leaves keys and values on the device; it then always returns all outputs */
  constructor(
    private readonly session: InferenceSession,
    private readonly config: Pick<BundleConfig, 'architecture' | 'window' | 'precision'>,
    private readonly tensors: TensorConstructor,
    private readonly onDevice: boolean,
  ) {
    this.vocabulary = config.architecture.vocabulary;
    this.#cacheNames = cacheNames(config.architecture.layers);
  }

  get forwards(): number {
    return this.#forwards;
  }

  async readContext({ ids, positions }: PredictorContext): Promise<ContextCache> {
    const none = this.#emptyCache();
    let cache = none;
    if (ids.length > 0) {
      // One row is the fewest that the graph can be asked for; its logits are thrown away.
      const outputs = this.onDevice ? ['logits', ...this.#cacheNames] : this.#cacheNames;
      // int8 graphs take a bias of one element for "every row sees every row", and are faster then.
      const bias =
        this.config.precision === 'int8' ? new Float32Array(1) : attentionBias(0, { ids, positions });
      const made = await this.#run(none, { ids, positions }, bias, new Int32Array(1), outputs);
      cache = new OnnxContextCache(
        ids.length,
        Object.fromEntries(this.#cacheNames.map((name) => [`past_${name}`, made[name]!])),
        this.#caches,
      );
    }
    this.#caches.add(cache);
    return cache;
  }

  async predict(cache: ContextCache, rows: PredictorRows): Promise<Float32Array> {
    if (!(cache instanceof OnnxContextCache) || !this.#caches.has(cache)) {
      throw new EngineError('internal', 'The context cache was released, or belongs to another predictor.');
    }
    const runs = splitRuns(rows);
    if (runs.length === 1) return this.#logits(cache, rows);
    const all = new Float32Array(rows.wanted.length * this.vocabulary);
    for (const { asked, ...part } of runs) {
      const logits = await this.#logits(cache, part);
      asked.forEach((place, i) => {
        all.set(logits.subarray(i * this.vocabulary, (i + 1) * this.vocabulary), place * this.vocabulary);
      });
    }
    return all;
  }

  async #logits(cache: OnnxContextCache, rows: PredictorRows): Promise<Float32Array> {
    const count = rows.wanted.length;
    // A single row would go through other kernels, which round otherwise: it is asked for twice.
    const wanted = count === 1 ? Int32Array.of(rows.wanted[0]!, rows.wanted[0]!) : rows.wanted;
    const outputs = this.onDevice ? ['logits', ...this.#cacheNames] : ['logits'];
    const { logits, ...keysAndValues } = await this.#run(
      cache,
      rows,
      attentionBias(cache.length, rows),
      wanted,
      outputs,
    );
    for (const tensor of Object.values(keysAndValues)) tensor.dispose();
    return (logits!.data as Float32Array).subarray(0, count * this.vocabulary);
  }

  async dispose(): Promise<void> {
    for (const cache of this.#caches) cache.release();
    await this.session.release();
  }

  async #run(
    cache: OnnxContextCache,
    rows: Rows,
    bias: Float32Array,
    wanted: Int32Array,
    outputs: readonly string[],
  ): Promise<Tensors> {
    const count = rows.ids.length;
    checkRange('Token id', rows.ids, this.vocabulary);
    checkRange('Position', rows.positions, this.config.window.positions);
    checkRange('Wanted row', wanted, count);
    this.#forwards++;
    const biasRows = bias.length === 1 ? 1 : count;
    const feeds = {
      ids: new this.tensors('int32', rows.ids, [1, count]),
      positions: new this.tensors('int32', rows.positions, [1, count]),
      rows: new this.tensors('int32', wanted, [wanted.length]),
      bias: new this.tensors('float32', bias, [1, 1, biasRows, bias.length / biasRows]),
      ...cache.past,
    };
    return this.session.run(feeds, outputs);
  }

  /** No context: one row that nobody looks at, because WebGPU refuses tensors without elements. */
  #emptyCache(): OnnxContextCache {
    const { heads, headWidth } = this.config.architecture;
    const shape = [1, heads, 1, headWidth];
    const nothing = new this.tensors('float32', new Float32Array(heads * headWidth), shape);
    const past = Object.fromEntries(this.#cacheNames.map((name) => [`past_${name}`, nothing]));
    return new OnnxContextCache(0, past, this.#caches);
  }
}

class OnnxContextCache implements ContextCache {
  /** @param alive the predictor's caches that have not been released */
  constructor(
    readonly length: number,
    readonly past: Tensors,
    private readonly alive: Set<OnnxContextCache>,
  ) {}

  release(): void {
    if (!this.alive.delete(this)) return;
    for (const tensor of new Set(Object.values(this.past))) tensor.dispose();
  }
}

/** Names of the graph's outputs that become a context cache: `k_0`, `v_0`, `k_1`, … */
export function cacheNames(layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [`k_${layer}`, `v_${layer}`]).flat();
}

/** [rows, past + rows]: rows see the context and the rows of their own candidate. */
function attentionBias(context: number, { ids, candidates }: Rows): Float32Array {
  const past = Math.max(1, context);
  const width = past + ids.length;
  const bias = new Float32Array(ids.length * width);
  for (let row = 0; row < ids.length; row++) {
    const start = row * width;
    if (context === 0) bias[start] = HIDDEN;
    if (!candidates) continue;
    for (let other = 0; other < ids.length; other++) {
      if (candidates[row] !== candidates[other]) bias[start + past + other] = HIDDEN;
    }
  }
  return bias;
}

/** ONNX Runtime reads whatever lies beyond a table's end on some providers. */
function checkRange(what: string, values: Int32Array, end: number): void {
  const wrong = values.find((value) => value < 0 || value >= end);
  if (wrong !== undefined) {
    throw new EngineError('internal', `${what} ${wrong} is outside of what the model has (0 … ${end - 1}).`);
  }
}
