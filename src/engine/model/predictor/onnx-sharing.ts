import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node';
import type { Architecture } from '../graph/architecture';
import { SUMMARY_WIDTH } from '../graph/outputs';
import { CONTEXT_ROWS, inputOf } from '../graph/several-contexts';
import type { Predicted, RowsOfContext, Sharing } from './mask-predictor';
import { bansOf, readSummaries } from './row-summaries';

type Tensors = Readonly<Record<string, Tensor>>;

/** A session of the graph that `buildNetwork` describes for several contexts. */
export interface SharedSession {
  readonly session: InferenceSession;
  readonly contexts: number;
  /** Most rows of a run. */
  readonly rows: number;
}

/** Rows of one context as they would be run alone. */
export interface PreparedRows {
  /** [N] and [N] */
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  /** [R] */
  readonly wanted: Int32Array;
  /** [N, P + N] */
  readonly bias: Float32Array;
  readonly past: Tensors;
}

/** The work that the session's own predictor does. */
export interface Preparing {
  prepare(part: RowsOfContext): PreparedRows;
  /** Rows that a run of so many is padded to. */
  size(rows: number): number;
  /** Told of every run. */
  ran(): void;
}

/** Runs of several contexts' rows on a session of its own: one for a single context is quicker with what is alone. */
export class OnnxSharing implements Sharing {
  readonly contexts: number;
  readonly rows: number;
  readonly #session: InferenceSession;
  readonly #summarizes: boolean;
  /** The stand-in for a context that is not there. */
  readonly #absent: readonly Tensors[];

  constructor(
    { session, contexts, rows }: SharedSession,
    private readonly architecture: Architecture,
    private readonly tensors: TensorConstructor,
    private readonly own: Preparing,
  ) {
    this.#session = session;
    this.contexts = contexts;
    this.rows = rows;
    this.#summarizes = session.outputNames.includes('summary');
    this.#absent = Array.from({ length: contexts }, (_, context) => this.#absentContext(context));
  }

  async predict(parts: readonly RowsOfContext[]): Promise<readonly Predicted[]> {
    const prepared = parts.map((part) => this.own.prepare(part));
    this.own.ran();
    const wanted = new Set(parts.map(outputOf));
    const made = await this.#session.run(this.#feeds(parts, prepared), [...wanted]);
    const next = { logits: 0, summary: 0 };
    return parts.map((part, i) => {
      const name = outputOf(part);
      const width = name === 'summary' ? SUMMARY_WIDTH : this.architecture.vocabulary;
      const begin = next[name];
      next[name] += prepared[i]!.wanted.length * width;
      // Padding, and the second one of a single row, is left out.
      const end = begin + part.rows.wanted.length * width;
      const data = (made[name]!.data as Float32Array).subarray(begin, end);
      return part.banned ? readSummaries(data, part.banned) : data;
    });
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }

  #feeds(parts: readonly RowsOfContext[], prepared: readonly PreparedRows[]): Tensors {
    const { tensors } = this;
    const size = (rows: number): number => this.own.size(rows);
    const int32 = (values: Int32Array, shape = [values.length]): Tensor =>
      new tensors('int32', values, shape);
    /** How many rows are whose, padding last. */
    const counts = (of: (part: PreparedRows) => number, rows: number): Tensor => {
      const own = this.#absent.map((_, i) => (prepared[i] ? of(prepared[i]) : 0));
      const all = [...own, rows - own.reduce((sum, count) => sum + count, 0)];
      return new tensors('int64', BigInt64Array.from(all, BigInt), [all.length]);
    };
    const ids = joined(
      prepared.map((part) => part.ids),
      size,
    );
    const positions = joined(
      prepared.map((part) => part.positions),
      size,
    );
    const wanted = prepared.map((part) => part.wanted);
    let before = 0;
    const inRun = prepared.map((part) => {
      const own = part.wanted.map((row) => before + row);
      before += part.ids.length;
      return own;
    });
    const rows = joined(inRun, size);
    const contexts = this.#absent.map((absent, i) =>
      prepared[i] ? this.#context(i, prepared[i]) : { ...absent, ...this.#present(i, prepared[0]!) },
    );
    return {
      ids: int32(ids, [1, ids.length]),
      positions: int32(positions, [1, positions.length]),
      rows: int32(rows),
      [CONTEXT_ROWS.counts]: counts((part) => part.ids.length, ids.length),
      [CONTEXT_ROWS.asked]: counts((part) => part.wanted.length, rows.length),
      [CONTEXT_ROWS.within]: int32(joined(wanted, size)),
      ...Object.fromEntries(contexts.flatMap((context) => Object.entries(context))),
      ...(this.#summarizes ? this.#outputs(parts, prepared) : {}),
    };
  }

  #context(context: number, { ids, bias, past }: PreparedRows): Tensors {
    const shape = [1, 1, ids.length, bias.length / ids.length];
    const own = { bias: new this.tensors('float32', bias, shape), ...past };
    return Object.fromEntries(Object.entries(own).map(([name, tensor]) => [inputOf(context, name), tensor]));
  }

  /** Tensors that lie on a device already need not be brought there to stand for a context that is not there. */
  #present(context: number, { past }: PreparedRows): Tensors {
    if (past['past_k_0']!.location === 'cpu') return {};
    return Object.fromEntries(Object.entries(past).map(([name, tensor]) => [inputOf(context, name), tensor]));
  }

  #absentContext(context: number): Tensors {
    const { layers, heads, headWidth } = this.architecture;
    const row = new this.tensors('float32', new Float32Array(heads * headWidth), [1, heads, 1, headWidth]);
    const past = Array.from({ length: layers }, (_, layer) => [`past_k_${layer}`, `past_v_${layer}`]).flat();
    return {
      [inputOf(context, 'bias')]: new this.tensors('float32', new Float32Array(1), [1, 1, 1, 1]),
      ...Object.fromEntries(past.map((name) => [inputOf(context, name), row])),
    };
  }

  /** Which of the wanted rows are given as logits, and which as summaries; at least one of each, for the graph. */
  #outputs(parts: readonly RowsOfContext[], prepared: readonly PreparedRows[]): Tensors {
    const { vocabulary } = this.architecture;
    const detailed: number[] = [];
    const summarized: number[] = [];
    const bans: Float32Array[] = [];
    let row = 0;
    prepared.forEach(({ wanted }, i) => {
      const { banned } = parts[i]!;
      const own = banned && bansOf(banned, vocabulary);
      for (let n = 0; n < wanted.length; n++, row++) {
        (own ? summarized : detailed).push(row);
        if (own) bans.push(own);
      }
    });
    const int32 = (rows: readonly number[]): Tensor => {
      const values = Int32Array.from(rows.length > 0 ? rows : [0]);
      return new this.tensors('int32', values, [values.length]);
    };
    return {
      detailed: int32(detailed),
      summarized: int32(summarized),
      bans: this.#bans(bans),
    };
  }

  /** [S, vocabulary], or [1, vocabulary] where all are the same, as they mostly are. */
  #bans(bans: readonly Float32Array[]): Tensor {
    const { vocabulary } = this.architecture;
    const [first = new Float32Array(vocabulary)] = bans;
    const same = bans.every((other) => other === first || other.every((value, i) => value === first[i]));
    const rows = same ? [first] : bans;
    const values = new Float32Array(rows.length * vocabulary);
    rows.forEach((own, i) => values.set(own, i * vocabulary));
    return new this.tensors('float32', values, [rows.length, vocabulary]);
  }
}

function outputOf({ banned }: RowsOfContext): 'logits' | 'summary' {
  return banned ? 'summary' : 'logits';
}

/** @param size of an array that holds so many values, zeros behind them */
function joined(parts: readonly Int32Array[], size: (values: number) => number): Int32Array {
  const all = new Int32Array(size(parts.reduce((sum, { length }) => sum + length, 0)));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}
