import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node';
import { EngineError } from '../../contract/errors';
import { isQuantized } from '../graph/architecture';
import type { BundleConfig } from '../bundle/bundle-config';
import { splitRuns } from './rows-of-canvases';
import { SUMMARY_WIDTH } from '../graph/outputs';
import type {
  ContextCache,
  MaskPredictor,
  PredictorContext,
  PredictorRows,
  Summarize,
} from './mask-predictor';
import { bansOf, readSummaries } from './row-summaries';
import { contextBucket, holeBucket, padded } from './shape-buckets';

/** Added to the attention scores where a row must not look: nothing of it is left after the softmax. */
const HIDDEN = -1e4;

/** How a session is to be spoken to. */
export interface SessionHabits {
  /** It leaves keys and values on the device; it then always returns all outputs. */
  readonly onDevice: boolean;
  /** It compiles programs for every new shape: inputs are padded to a few sizes, with rows that nobody looks at. */
  readonly buckets: boolean;
}

type Rows = Pick<PredictorRows, 'ids' | 'positions'>;
type Tensors = Readonly<Record<string, Tensor>>;

/** What a run is asked for besides keys and values: float32, so many numbers for each wanted row. */
interface Output {
  readonly name: 'logits' | 'summary';
  readonly width: number;
  /** Of a summary: see `bansOf`. */
  readonly bans?: Float32Array;
}

/** The mask predictor on an ONNX Runtime session of the graph that `buildNetwork` describes. */
export class OnnxMaskPredictor implements MaskPredictor {
  readonly vocabulary: number;
  readonly summarize: Summarize | undefined;
  readonly #cacheNames: readonly string[];
  readonly #caches = new Set<OnnxContextCache>();
  readonly #noBans: Float32Array;
  #forwards = 0;

  constructor(
    private readonly session: InferenceSession,
    private readonly config: Pick<BundleConfig, 'architecture' | 'window' | 'precision'>,
    private readonly tensors: TensorConstructor,
    private readonly habits: SessionHabits,
  ) {
    this.vocabulary = config.architecture.vocabulary;
    this.#cacheNames = cacheNames(config.architecture.layers);
    this.#noBans = new Float32Array(this.vocabulary);
    if (session.outputNames.includes('summary')) {
      this.summarize = async (cache, rows, banned) => {
        const bans = bansOf(banned, this.vocabulary);
        const data = await this.#predict(cache, rows, { name: 'summary', width: SUMMARY_WIDTH, bans });
        return readSummaries(data, banned);
      };
    }
  }

  get forwards(): number {
    return this.#forwards;
  }

  async readContext(context: PredictorContext): Promise<ContextCache> {
    const none = this.#emptyCache();
    const { length } = context.ids;
    let cache = none;
    if (length > 0) {
      // One row is the fewest that the graph can be asked for; its logits are thrown away.
      const rows = this.#paddedRows(context, contextBucket);
      const count = rows.ids.length;
      // Quantised graphs take a bias of one element for "every row sees every row", and are faster then.
      const open = isQuantized(this.config.precision) && count === length;
      const bias = open ? new Float32Array(1) : attentionBias(none, count, length);
      const made = await this.#run(none, rows, bias, new Int32Array(1));
      made['logits']?.dispose();
      const past = Object.fromEntries(this.#cacheNames.map((name) => [`past_${name}`, made[name]!]));
      // Some graphs give the past they were given, one row that nobody looks at, before the new rows.
      const [, , given] = past['past_k_0']!.dims as [number, number, number, number];
      cache = new OnnxContextCache(length, given - count, given, past, this.#caches);
    }
    this.#caches.add(cache);
    return cache;
  }

  predict(cache: ContextCache, rows: PredictorRows): Promise<Float32Array> {
    return this.#predict(cache, rows, { name: 'logits', width: this.vocabulary });
  }

  /** [R, width] */
  async #predict(cache: ContextCache, rows: PredictorRows, output: Output): Promise<Float32Array> {
    if (!(cache instanceof OnnxContextCache) || !this.#caches.has(cache)) {
      throw new EngineError('internal', 'The context cache was released, or belongs to another predictor.');
    }
    const runs = splitRuns(rows);
    if (runs.length === 1) return this.#predictRun(cache, rows, output);
    const { width } = output;
    const all = new Float32Array(rows.wanted.length * width);
    for (const { asked, ...part } of runs) {
      const data = await this.#predictRun(cache, part, output);
      asked.forEach((place, i) => all.set(data.subarray(i * width, (i + 1) * width), place * width));
    }
    return all;
  }

  async #predictRun(cache: OnnxContextCache, asked: PredictorRows, output: Output): Promise<Float32Array> {
    const count = asked.wanted.length;
    checkRange('Wanted row', asked.wanted, asked.ids.length);
    // A single row would go through other kernels, which round otherwise: it is asked for twice.
    const twice = count === 1 ? Int32Array.of(asked.wanted[0]!, asked.wanted[0]!) : asked.wanted;
    const wanted = this.habits.buckets ? padded(twice, holeBucket(count)) : twice;
    const rows = this.#paddedRows(asked, holeBucket);
    const bias = attentionBias(cache, rows.ids.length, asked.ids.length, asked.canvases);
    const made = await this.#run(cache, rows, bias, wanted, output);
    const { [output.name]: tensor, ...others } = made;
    for (const other of Object.values(others)) other.dispose();
    return (tensor!.data as Float32Array).subarray(0, count * output.width);
  }

  #paddedRows({ ids, positions }: Rows, bucket: (rows: number) => number): Rows {
    const size = this.habits.buckets ? bucket(ids.length) : ids.length;
    return { ids: padded(ids, size), positions: padded(positions, size) };
  }

  async dispose(): Promise<void> {
    for (const cache of this.#caches) cache.release();
    await this.session.release();
  }

  /** @param output undefined: keys and values */
  async #run(
    cache: OnnxContextCache,
    rows: Rows,
    bias: Float32Array,
    wanted: Int32Array,
    output?: Output,
  ): Promise<Tensors> {
    const count = rows.ids.length;
    checkRange('Token id', rows.ids, this.vocabulary);
    checkRange('Position', rows.positions, this.config.window.positions);
    this.#forwards++;
    const biasRows = bias.length === 1 ? 1 : count;
    const feeds = {
      ids: new this.tensors('int32', rows.ids, [1, count]),
      positions: new this.tensors('int32', rows.positions, [1, count]),
      rows: new this.tensors('int32', wanted, [wanted.length]),
      bias: new this.tensors('float32', bias, [1, 1, biasRows, bias.length / biasRows]),
      ...cache.past,
      ...(this.summarize ? this.#summaryFeeds(wanted.length, output?.bans) : {}),
    };
    if (this.habits.onDevice) return this.session.run(feeds);
    return this.session.run(feeds, output ? [output.name] : this.#cacheNames);
  }

  /** The one output of all rows, the other of one, which is the fewest that the graph can be asked for. */
  #summaryFeeds(rows: number, bans: Float32Array | undefined): Tensors {
    const first = (count: number): Tensor =>
      new this.tensors(
        'int32',
        Int32Array.from({ length: count }, (_, row) => row),
        [count],
      );
    return {
      detailed: first(bans ? 1 : rows),
      summarized: first(bans ? rows : 1),
      bans: new this.tensors('float32', bans ?? this.#noBans, [this.vocabulary]),
    };
  }

  /** No context: one row that nobody looks at, because WebGPU refuses tensors without elements. */
  #emptyCache(): OnnxContextCache {
    const { heads, headWidth } = this.config.architecture;
    const shape = [1, heads, 1, headWidth];
    const nothing = new this.tensors('float32', new Float32Array(heads * headWidth), shape);
    const past = Object.fromEntries(this.#cacheNames.map((name) => [`past_${name}`, nothing]));
    return new OnnxContextCache(0, 0, 1, past, this.#caches);
  }
}

class OnnxContextCache implements ContextCache {
  /**
   * @param first row of the context's first token @param rows of the tensors, padding included
   * @param alive the predictor's caches that have not been released
   */
  constructor(
    readonly length: number,
    readonly first: number,
    readonly rows: number,
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

/**
 * [rows, past rows + rows]: rows see the context and the rows of their own canvas, and no padding.
 *
 * @param count of the rows those that are no padding
 */
function attentionBias(
  cache: Pick<OnnxContextCache, 'length' | 'first' | 'rows'>,
  rows: number,
  count: number,
  canvases?: Int32Array,
): Float32Array {
  const width = cache.rows + rows;
  const bias = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    bias.fill(HIDDEN, start, start + cache.first);
    bias.fill(HIDDEN, start + cache.first + cache.length, start + cache.rows);
    bias.fill(HIDDEN, start + cache.rows + count, start + width);
    if (!canvases || row >= count) continue;
    for (let other = 0; other < count; other++) {
      if (canvases[row] !== canvases[other]) bias[start + cache.rows + other] = HIDDEN;
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
