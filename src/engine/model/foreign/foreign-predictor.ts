import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node';
import { SPECIAL } from '../../text/special-tokens';
import { FIRST_ID } from '../bundle/engine-ids';
import { BANNED, SUMMARY_WIDTH } from '../graph/outputs';
import type {
  ContextCache,
  MaskPredictor,
  PredictorContext,
  PredictorRows,
  Summarize,
} from '../predictor/mask-predictor';
import { cacheNames } from '../predictor/onnx-context-cache';
import { readSummaries } from '../predictor/row-summaries';
import { contextBucket, holeBucket, padded } from '../predictor/shape-buckets';
import type { EmbeddingRows } from './embedding-rows';
import type { ForeignConfig } from './foreign-config';
import { ForeignContext } from './foreign-context';
import { foreignText, type ForeignText, type TextRules } from './foreign-text';
import { silentTokens, specialIds } from './foreign-tokens';

/** Added to the attention scores of rows that are padding: nothing of them is left after the softmax. */
const HIDDEN = -1e4;

/** How a session is to be spoken to: see `SessionHabits`. */
interface Habits {
  readonly onDevice: boolean;
  readonly buckets: boolean;
}

type Tensors = Readonly<Record<string, Tensor>>;

/** The output asked of the wanted rows: so many float32 numbers for each. */
interface Output {
  readonly name: 'logits' | 'summary';
  readonly width: number;
  /** float32 [vocabulary] */
  readonly bans: Float32Array;
}

/** One run of the graph. */
interface GraphRun {
  readonly text: ForeignText;
  /** Places that are computed. */
  readonly rows: readonly number[];
  /** Keys and values of the others; undefined: there are no others. */
  readonly past: Tensors | undefined;
  /** Places whose logits are wanted; they are among `rows`. */
  readonly wanted: readonly number[];
  /** Places whose keys and values are wanted. */
  readonly kept: readonly number[];
}

/** The mask predictor on an ONNX Runtime session of the graph that `buildForeignGraph` describes. */
export class ForeignPredictor implements MaskPredictor {
  readonly vocabulary: number;
  readonly summarize: Summarize;
  readonly #cacheNames: readonly string[];
  readonly #rules: TextRules;
  readonly #special: readonly (number | undefined)[];
  readonly #silent: readonly number[];
  readonly #noBans: Float32Array;
  #forwards = 0;

  constructor(
    private readonly session: InferenceSession,
    private readonly config: Pick<ForeignConfig, 'model' | 'keptSteps'>,
    private readonly embedding: EmbeddingRows,
    private readonly tensors: TensorConstructor,
    private readonly habits: Habits,
  ) {
    const { model } = config;
    this.vocabulary = FIRST_ID + model.vocabulary;
    this.#cacheNames = cacheNames(model.layers);
    this.#special = specialIds(model);
    this.#silent = silentTokens(model);
    this.#rules = { tokenOf: (id) => this.#tokenOf(id), framing: model.framing, shift: model.shift };
    this.#noBans = new Float32Array(model.vocabulary);
    this.summarize = async (cache, rows, banned) => {
      const bans = this.#bansOf(banned);
      const data = await this.#predict(cache, rows, { name: 'summary', width: SUMMARY_WIDTH, bans });
      return readSummaries(data, banned).map((summary) => ({
        ...summary,
        tokens: summary.tokens.map((token) => FIRST_ID + token),
        reserved: summary.reserved.map((logit, i) => (this.#special[i] === undefined ? -Infinity : logit)),
      }));
    };
  }

  get forwards(): number {
    return this.#forwards;
  }

  readContext(context: PredictorContext): Promise<ContextCache> {
    return Promise.resolve(new ForeignContext(context, context.keptSteps ?? this.config.keptSteps));
  }

  async predict(cache: ContextCache, rows: PredictorRows): Promise<Float32Array> {
    const { vocabulary, tokenizerVocabulary } = this.config.model;
    const output = { name: 'logits', width: vocabulary, bans: this.#noBans } as const;
    const data = await this.#predict(cache, rows, output);
    const logits = new Float32Array(rows.wanted.length * this.vocabulary).fill(-Infinity);
    rows.wanted.forEach((_, i) => {
      const own = data.subarray(i * vocabulary, (i + 1) * vocabulary);
      const start = i * this.vocabulary;
      logits.set(own.subarray(0, tokenizerVocabulary), start + FIRST_ID);
      for (const id of this.#silent) logits[start + FIRST_ID + id] = -Infinity;
      this.#special.forEach((id, special) => {
        if (id !== undefined) logits[start + special] = own[id]!;
      });
    });
    return logits;
  }

  /** One mask and nothing else. @throws Error when the provider cannot run the graph */
  async tryRun(): Promise<void> {
    const one = { ids: Int32Array.of(SPECIAL.mask), positions: Int32Array.of(0), wanted: Int32Array.of(0) };
    const nothing = { ids: new Int32Array(0), positions: new Int32Array(0) };
    await this.predict(await this.readContext(nothing), one);
  }

  dispose(): Promise<void> {
    return this.session.release();
  }

  /**
   * Undefined for what only the engine's own models know, and for the end of the context: how a text is framed is the
   * model's own business.
   */
  #tokenOf(id: number): number | undefined {
    if (id >= FIRST_ID) return id - FIRST_ID;
    return id === SPECIAL.mask ? this.config.model.tokens.mask : undefined;
  }

  #bansOf(banned: ReadonlySet<number>): Float32Array {
    const { model } = this.config;
    const bans = new Float32Array(model.vocabulary).fill(BANNED, model.tokenizerVocabulary);
    for (const token of this.#silent) bans[token] = BANNED;
    for (const token of banned) if (token >= FIRST_ID) bans[token - FIRST_ID] = BANNED;
    return bans;
  }

  /** One forward for each canvas. @returns [R, width] */
  async #predict(cache: ContextCache, rows: PredictorRows, output: Output): Promise<Float32Array> {
    const context = ForeignContext.of(cache);
    context.beginStep();
    const all = new Float32Array(rows.wanted.length * output.width);
    for (const canvas of new Set(rows.canvases ?? [0])) {
      const text = foreignText(context.context, rows, canvas, this.#rules);
      const asked = [...rows.wanted.keys()].filter((i) => text.placeOf.has(rows.wanted[i]!));
      if (asked.length === 0) continue;
      const shift = this.config.model.shift ? 1 : 0;
      const wanted = asked.map((i) => Math.max(0, text.placeOf.get(rows.wanted[i]!)! - shift));
      const data = await this.#predictText(context, text, wanted, output);
      asked.forEach((i, row) => {
        all.set(data.subarray(row * output.width, (row + 1) * output.width), i * output.width);
      });
    }
    return all;
  }

  async #predictText(
    context: ForeignContext,
    text: ForeignText,
    wanted: readonly number[],
    output: Output,
  ): Promise<Float32Array> {
    const past = context.pastOf(text);
    const keeps = context.mayKeep(text);
    const rows = past ? text.fresh : [...text.tokens.keys()];
    const made = await this.#run({ text, rows, past, wanted, kept: keeps ? text.kept : [] }, output);
    const { [output.name]: answer, ...others } = made;
    const cached = Object.fromEntries(this.#cacheNames.map((name) => [`past_${name}`, others[name]!]));
    if (keeps) context.keep(text, cached);
    for (const [name, tensor] of Object.entries(others)) {
      if (!keeps || !this.#cacheNames.includes(name)) tensor.dispose();
    }
    return (answer!.data as Float32Array).subarray(0, wanted.length * output.width);
  }

  async #run({ text, rows, past, wanted, kept }: GraphRun, output: Output): Promise<Tensors> {
    this.#forwards++;
    const { width, keyValueHeads, headWidth } = this.config.model;
    const rowOf = new Map(rows.map((place, row) => [place, row]));
    const ints = (values: readonly number[], size: number): Tensor =>
      new this.tensors('int32', padded(Int32Array.from(values), size), [size]);
    const bucketed = (count: number, bucket: (rows: number) => number): number =>
      this.habits.buckets ? bucket(count) : Math.max(1, count);

    const count = bucketed(rows.length, past ? holeBucket : contextBucket);
    // A bucket of rows that nobody looks at stands where there is no past: tensors may not be empty.
    const pastPlaces = past ? text.kept : [];
    const pastRows = past ? (past['past_k_0']!.dims[0] as number) : 1;
    const bias = new Float32Array(pastRows + count).fill(HIDDEN);
    bias.fill(0, 0, pastPlaces.length);
    bias.fill(0, pastRows, pastRows + rows.length);
    const embedded = new Float32Array(count * width);
    embedded.set(await this.embedding.lookUp(rows.map((place) => text.tokens[place]!)));
    const asked = bucketed(wanted.length, holeBucket);
    const wantedRows = wanted.map((place) => rowOf.get(place)!);
    const isSummary = output.name === 'summary';
    const first = (size: number): Tensor => ints([...Array(size).keys()], size);
    const cachedWidth = keyValueHeads * headWidth;
    const nothing = new this.tensors('float32', new Float32Array(cachedWidth), [1, cachedWidth]);
    const feeds: Tensors = {
      embedded: new this.tensors('float32', embedded, [count, width]),
      positions: ints(rows, count),
      rows: ints(wantedRows, asked),
      kept: ints(
        kept.map((place) => rowOf.get(place)!),
        bucketed(kept.length, kept.length > 0 ? contextBucket : () => 1),
      ),
      past_positions: ints(pastPlaces, pastRows),
      bias: new this.tensors('float32', bias, [1, 1, bias.length]),
      detailed: first(isSummary ? 1 : asked),
      summarized: first(isSummary ? asked : 1),
      bans: new this.tensors('float32', output.bans, [output.bans.length]),
      ...(past ?? Object.fromEntries(this.#cacheNames.map((name) => [`past_${name}`, nothing]))),
    };
    if (this.habits.onDevice) return this.session.run(feeds);
    return this.session.run(feeds, [output.name, ...(kept.length > 0 ? this.#cacheNames : [])]);
  }
}
