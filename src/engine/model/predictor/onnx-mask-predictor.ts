import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node';
import { EngineError } from '../../contract/errors';
import { isQuantized } from '../graph/architecture';
import type { BundleConfig } from '../bundle/bundle-config';
import { OPEN_OVER_PAST } from '../graph/open-bias';
import { SUMMARY_WIDTH } from '../graph/outputs';
import { splitRuns } from './rows-of-canvases';
import type {
  ContextCache,
  KeptContext,
  MaskPredictor,
  PredictorContext,
  PredictorRows,
  Sharing,
  Summarize,
} from './mask-predictor';
import {
  attentionBias,
  biasOfPast,
  cacheNames,
  HIDDEN,
  OnnxContextCache,
  type Tensors,
} from './onnx-context-cache';
import {
  DeviceKeptContext,
  HostKeptContext,
  renamed,
  type Reader,
  type WholeRows,
} from './onnx-kept-context';
import type { Turn } from './rotary-turn';
import { OnnxSharing, type PreparedRows, type SharedSession } from './onnx-sharing';
import { bansOf, readSummaries } from './row-summaries';
import { contextBucket, holeBucket, padded } from './shape-buckets';

/** How a session is to be spoken to. */
export interface SessionHabits {
  /** It leaves keys and values on the device; it then always returns all outputs. */
  readonly onDevice: boolean;
  /** It compiles programs for every new shape: inputs are padded to a few sizes, with rows that nobody looks at. */
  readonly buckets: boolean;
  /** Opens the graph of `buildTurning` beside it, for keys that lie on the device. */
  readonly openTurning?: (() => Promise<InferenceSession>) | undefined;
  /** Opens the graph for rows of several contexts beside it. */
  readonly openShared?: ((contexts: number) => Promise<SharedSession>) | undefined;
}

/** Quantised graphs take this bias for "every row sees every row, those of the past too". */
const OPEN_WITH_PAST = new Float32Array(2);

/** A session's account of an input. */
interface BiasShape {
  readonly name: string;
  readonly shape?: readonly (number | string)[];
}

type Rows = Pick<PredictorRows, 'ids' | 'positions'>;

/** An output of a run besides keys and values: float32, so many numbers for each wanted row. */
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
  readonly #reader: Reader;
  readonly #opensOverPast: boolean;
  #turning: Promise<InferenceSession> | undefined;
  #sharing: OnnxSharing | undefined;
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
    const { shape = [] } =
      (session.inputMetadata as readonly BiasShape[]).find(({ name }) => name === 'bias') ?? {};
    this.#opensOverPast = shape.includes(OPEN_OVER_PAST);
    this.#reader = {
      architecture: config.architecture,
      tensors,
      alive: this.#caches,
      read: (past, bias, rows, size) => {
        const filled = { ids: padded(rows.ids, size), positions: padded(rows.positions, size) };
        if (!bias && this.#opensOverPast) return this.#read(past, filled, OPEN_WITH_PAST);
        const ofPast = bias ?? new Float32Array(past['past_k_0']!.dims[2]!);
        return this.#read(past, filled, attentionBias(ofPast, size, rows.ids.length));
      },
      ...(habits.openTurning ? { turn: (past, turn, rows) => this.#turn(past, turn, rows) } : {}),
    };
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

  get sharing(): Sharing | undefined {
    return this.#sharing;
  }

  async share(contexts: number): Promise<void> {
    if (!this.habits.openShared) return;
    const opened = await this.habits.openShared(contexts);
    this.#sharing = new OnnxSharing(opened, this.config.architecture, this.tensors, {
      prepare: ({ cache, rows }) => this.#prepare(this.#own(cache), rows),
      size: (rows) => (this.habits.buckets ? holeBucket(rows) : rows),
      ran: () => this.#forwards++,
    });
  }

  async readContext(context: PredictorContext): Promise<ContextCache> {
    const { past, first, positions } = await this.#readWhole(context);
    const rows = past['past_k_0']!.dims[2]!;
    const cache = new OnnxContextCache(
      positions.length,
      past,
      biasOfPast(rows, first, positions.length),
      this.#caches,
    );
    this.#caches.add(cache);
    return cache;
  }

  async keepContext(context: PredictorContext, room: number): Promise<KeptContext> {
    const whole = await this.#readWhole(context);
    const kept = this.habits.onDevice
      ? new DeviceKeptContext(whole, room, this.#reader)
      : new HostKeptContext(whole, room, this.#reader);
    this.#caches.add(kept);
    return kept;
  }

  /** One forward, none when the context is empty. */
  async #readWhole(context: PredictorContext): Promise<WholeRows> {
    const { positions } = context;
    const { length } = context.ids;
    const nothing = this.#nothing();
    // A row stands there that nobody looks at.
    if (length === 0) return { past: nothing, first: 1, positions };
    const rows = this.#paddedRows(context, contextBucket);
    const count = rows.ids.length;
    // Quantised graphs take a bias of one element for "every row sees every row", and are faster then.
    const open = isQuantized(this.config.precision) && count === length;
    const bias = open ? new Float32Array(1) : attentionBias(Float32Array.of(HIDDEN), count, length);
    const past = renamed(await this.#read(nothing, rows, bias));
    // Some graphs give the past they were given, one row that nobody looks at, before the new rows.
    return { past, first: past['past_k_0']!.dims[2]! - count, positions };
  }

  /** Keys and values of rows. One row is the fewest that the graph can be asked for; its logits are thrown away. */
  async #read(past: Tensors, rows: Rows, bias: Float32Array): Promise<Tensors> {
    const made = await this.#run(past, rows, bias, new Int32Array(1));
    made['logits']?.dispose();
    return Object.fromEntries(this.#cacheNames.map((name) => [name, made[name]!]));
  }

  predict(cache: ContextCache, rows: PredictorRows): Promise<Float32Array> {
    return this.#predict(cache, rows, { name: 'logits', width: this.vocabulary });
  }

  /** [R, width] */
  async #predict(cache: ContextCache, rows: PredictorRows, output: Output): Promise<Float32Array> {
    const own = this.#own(cache);
    const runs = splitRuns(rows);
    if (runs.length === 1) return this.#predictRun(own, rows, output);
    const { width } = output;
    const all = new Float32Array(rows.wanted.length * width);
    for (const { asked, ...part } of runs) {
      const data = await this.#predictRun(own, part, output);
      asked.forEach((place, i) => all.set(data.subarray(i * width, (i + 1) * width), place * width));
    }
    return all;
  }

  async #predictRun(cache: OnnxContextCache, asked: PredictorRows, output: Output): Promise<Float32Array> {
    const { bias, wanted, ...rows } = this.#prepare(cache, asked);
    const made = await this.#run(cache.past, rows, bias, wanted, output);
    const { [output.name]: tensor, ...others } = made;
    for (const other of Object.values(others)) other.dispose();
    return (tensor!.data as Float32Array).subarray(0, asked.wanted.length * output.width);
  }

  /** Rows as a run takes them. */
  #prepare(cache: OnnxContextCache, asked: PredictorRows): PreparedRows {
    const count = asked.wanted.length;
    checkRange('Wanted row', asked.wanted, asked.ids.length);
    // A single row would go through other kernels, which round otherwise: it is asked for twice.
    const twice = count === 1 ? Int32Array.of(asked.wanted[0]!, asked.wanted[0]!) : asked.wanted;
    const wanted = this.habits.buckets ? padded(twice, holeBucket(count)) : twice;
    const rows = this.#paddedRows(asked, holeBucket);
    this.#checkRows(rows);
    const bias = attentionBias(cache.bias, rows.ids.length, asked.ids.length, asked.canvases);
    return { ...rows, wanted, bias, past: cache.past };
  }

  /** @throws EngineError `internal` */
  #own(cache: ContextCache): OnnxContextCache {
    if (cache instanceof OnnxContextCache && cache.isAmong(this.#caches)) return cache;
    throw new EngineError('internal', 'The context cache was released, or belongs to another predictor.');
  }

  #checkRows({ ids, positions }: Rows): void {
    checkRange('Token id', ids, this.vocabulary);
    checkRange('Position', positions, this.config.window.positions);
  }

  #paddedRows({ ids, positions }: Rows, bucket: (rows: number) => number): Rows {
    const size = this.habits.buckets ? bucket(ids.length) : ids.length;
    return { ids: padded(ids, size), positions: padded(positions, size) };
  }

  async #turn(past: Tensors, { cosines, sines }: Turn, rows: number): Promise<Tensors> {
    const session = await (this.#turning ??= this.habits.openTurning!());
    const angles = (values: Float32Array): Tensor =>
      new this.tensors('float32', values, [rows, values.length / rows]);
    const keys = Object.fromEntries(Object.entries(past).filter(([name]) => name.startsWith('past_k_')));
    return session.run({ cosines: angles(cosines), sines: angles(sines), ...keys });
  }

  async dispose(): Promise<void> {
    for (const cache of this.#caches) cache.release();
    await (await this.#turning)?.release();
    await this.#sharing?.dispose();
    await this.session.release();
  }

  /** @param output undefined: keys and values */
  async #run(
    past: Tensors,
    rows: Rows,
    bias: Float32Array,
    wanted: Int32Array,
    output?: Output,
  ): Promise<Tensors> {
    const count = rows.ids.length;
    this.#checkRows(rows);
    this.#forwards++;
    const biasRows = bias === OPEN_WITH_PAST ? 2 : bias.length === 1 ? 1 : count;
    const feeds = {
      ids: new this.tensors('int32', rows.ids, [1, count]),
      positions: new this.tensors('int32', rows.positions, [1, count]),
      rows: new this.tensors('int32', wanted, [wanted.length]),
      bias: new this.tensors('float32', bias, [1, 1, biasRows, bias.length / biasRows]),
      ...past,
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
  #nothing(): Tensors {
    const { heads, headWidth } = this.config.architecture;
    const shape = [1, heads, 1, headWidth];
    const nothing = new this.tensors('float32', new Float32Array(heads * headWidth), shape);
    return Object.fromEntries(this.#cacheNames.map((name) => [`past_${name}`, nothing]));
  }
}

/** ONNX Runtime reads whatever lies beyond a table's end on some providers. */
function checkRange(what: string, values: Int32Array, end: number): void {
  const wrong = values.find((value) => value < 0 || value >= end);
  if (wrong !== undefined) {
    throw new EngineError('internal', `${what} ${wrong} is outside of what the model has (0 … ${end - 1}).`);
  }
}
