import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node';
import { EngineError } from '../../contract/errors';
import { SPECIAL } from '../../text/special-tokens';
import type {
  ContextCache,
  MaskPredictor,
  PredictorContext,
  PredictorRows,
} from '../predictor/mask-predictor';
import { UnreadContext } from '../predictor/unread-context';
import { FIRST_ID } from '../bundle/engine-ids';
import type { PlainConfig } from './plain-config';

const IDS = 'input_ids';
const ATTENTION = 'attention_mask';
const LOGITS = 'logits';

/** A row of the sequence: what stands where, and which of the asked rows it is. */
interface Placed {
  readonly token: number;
  readonly position: number;
  readonly row: number | undefined;
}

/**
 * A mask predictor on a graph `input_ids` (and `attention_mask`), int64 or int32 [1, S] → `logits` float32
 * [1, S, vocabulary]: the whole text at every step. The context is what LLaDA makes of it: seen by and seeing all.
 */
export class PlainPredictor implements MaskPredictor {
  readonly vocabulary: number;
  #forwards = 0;

  /** @throws EngineError `bundle-damaged` when the graph has other inputs or outputs */
  constructor(
    private readonly session: InferenceSession,
    private readonly config: PlainConfig,
    private readonly tensors: TensorConstructor,
  ) {
    this.vocabulary = FIRST_ID + config.vocabulary;
    const others = session.inputNames.filter((name) => name !== IDS && name !== ATTENTION);
    if (!session.inputNames.includes(IDS)) throw unfit(config, `it has no input "${IDS}"`);
    if (others.length > 0) throw unfit(config, `it wants the input "${others[0]!}" too`);
    if (!session.outputNames.includes(LOGITS)) throw unfit(config, `it has no output "${LOGITS}"`);
  }

  get forwards(): number {
    return this.#forwards;
  }

  readContext(context: PredictorContext): Promise<ContextCache> {
    return Promise.resolve(new UnreadContext(context));
  }

  async predict(cache: ContextCache, rows: PredictorRows): Promise<Float32Array> {
    const context = UnreadContext.contextOf(cache);
    const logits = new Float32Array(rows.wanted.length * this.vocabulary).fill(-Infinity);
    for (const canvas of new Set(rows.canvases ?? [0])) {
      const sequence = this.#sequence(context, rows, canvas);
      const all = await this.#run(sequence.map(({ token }) => token));
      rows.wanted.forEach((row, i) => {
        const place = sequence.findIndex((placed) => placed.row === row);
        if (place < 0) return;
        const from = Math.max(0, place - (this.config.logitShift ? 1 : 0)) * this.config.vocabulary;
        logits.set(all.subarray(from, from + this.config.vocabulary), i * this.vocabulary + FIRST_ID);
      });
    }
    return logits;
  }

  dispose(): Promise<void> {
    return this.session.release();
  }

  /** Context and one canvas's rows in the text's order, in the model's ids. */
  #sequence(context: PredictorContext, rows: PredictorRows, canvas: number): Placed[] {
    const placed: Placed[] = [];
    const place = (id: number, position: number, row?: number): void => {
      const token = this.#tokenOf(id);
      if (token !== undefined) placed.push({ token, position, row });
    };
    context.ids.forEach((id, i) => place(id, context.positions[i]!));
    rows.ids.forEach((id, row) => {
      if ((rows.canvases?.[row] ?? 0) === canvas) place(id, rows.positions[row]!, row);
    });
    return placed.sort((a, b) => a.position - b.position);
  }

  /** Undefined for what only the engine's own models know, such as `[END]`. */
  #tokenOf(id: number): number | undefined {
    if (id >= FIRST_ID) return id - FIRST_ID;
    if (id === SPECIAL.mask) return this.config.tokens.mask;
    return id === SPECIAL.eot ? this.config.tokens.eot : undefined;
  }

  async #run(tokens: readonly number[]): Promise<Float32Array> {
    this.#forwards++;
    const feeds = Object.fromEntries(
      this.session.inputNames.map((name) => [
        name,
        this.#input(name, name === IDS ? tokens : tokens.map(() => 1)),
      ]),
    );
    const { [LOGITS]: logits } = await this.session.run(feeds, [LOGITS]);
    const data = logits?.data;
    if (!(data instanceof Float32Array) || data.length !== tokens.length * this.config.vocabulary) {
      throw unfit(
        this.config,
        `its logits are ${logits?.type ?? 'missing'} [${logits?.dims.join(', ') ?? ''}] instead of float32 ` +
          `[1, ${tokens.length}, ${this.config.vocabulary}]`,
      );
    }
    return data;
  }

  #input(name: string, values: readonly number[]): Tensor {
    const described = this.session.inputMetadata.find((input) => input.name === name);
    const shape = [1, values.length];
    return described?.isTensor && described.type === 'int32'
      ? new this.tensors('int32', Int32Array.from(values), shape)
      : new this.tensors('int64', BigInt64Array.from(values, BigInt), shape);
  }
}

function unfit({ files, name }: PlainConfig, why: string): EngineError {
  return new EngineError(
    'bundle-damaged',
    `The graph ${files.graph.name} of ${name} cannot be used: ${why}. A plain bundle's graph maps input_ids (and attention_mask) to logits.`,
  );
}
