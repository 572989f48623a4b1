/** The optimiser of a training run: AdamW for everything, or Muon for the layers' matrices and AdamW for the rest. */
import type * as tf from '@tensorflow/tfjs-core';
import { AdamW } from '../ops/adamw/adamw';
import type { AdamWOptions } from '../ops/adamw/options';
import { Muon } from '../ops/muon/muon';
import type { MuonOptions } from '../ops/muon/options';

export const OPTIMIZERS = ['muon', 'adamw'] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];

export interface OptimizerOptions {
  /** Its clipping is everybody's. */
  readonly adamw: AdamWOptions;
  readonly muon?: MuonOptions & {
    /** Rate of the embedding and the gains, as a multiple of the matrices'. */
    readonly embeddingFactor: number;
  };
}

export class Optimizer {
  readonly #adamw: AdamW;
  readonly #muon: Muon | undefined;
  readonly #embeddingFactor: number;

  /** @param parameters by the names of `parameterShapes` */
  constructor(parameters: ReadonlyMap<string, tf.Variable>, { adamw, muon }: OptimizerOptions) {
    const of = (wanted: boolean): Map<string, tf.Variable> =>
      new Map([...parameters].filter(([name, parameter]) => isHiddenMatrix(name, parameter) === wanted));
    this.#adamw = new AdamW(muon === undefined ? parameters : of(false), adamw, parameters);
    this.#muon = muon && new Muon(of(true), this.#adamw, muon);
    this.#embeddingFactor = muon?.embeddingFactor ?? 1;
  }

  get name(): OptimizerName {
    return this.#muon === undefined ? 'adamw' : 'muon';
  }

  /** Sets the learning rate, with Muon that of the matrices; an update that is replayed uses the new one. */
  setRate(learningRate: number): void {
    this.#adamw.setRate(learningRate * this.#embeddingFactor);
    this.#muon?.setRate(learningRate);
  }

  /**
   * One update. Returns the gradients' global norm before clipping, NaN or infinite if the update was skipped.
   * @param gradients one per parameter
   */
  apply(gradients: ReadonlyMap<string, tf.Tensor>): tf.Scalar {
    const norm = this.#adamw.apply(gradients);
    this.#muon?.apply(gradients, norm);
    return norm;
  }

  /** For a checkpoint: AdamW's state under `adamw.`, Muon's under `muon.`. */
  async state(): Promise<Map<string, Float32Array>> {
    return new Map([
      ...prefixed('adamw.', await this.#adamw.state()),
      ...prefixed('muon.', (await this.#muon?.state()) ?? new Map<string, Float32Array>()),
    ]);
  }

  /** Without a state among the tensors it stays as it is. @throws Error if that is not of these parameters */
  restore(tensors: ReadonlyMap<string, Float32Array>): void {
    if (!holdsState(tensors)) return;
    this.#muon?.restore(under('muon.', tensors));
    this.#adamw.restore(under('adamw.', tensors));
  }

  dispose(): void {
    this.#muon?.dispose();
    this.#adamw.dispose();
  }
}

/** AdamW has a part in both optimisers. */
function holdsState(tensors: ReadonlyMap<string, Float32Array>): boolean {
  return tensors.has('adamw.steps');
}

/** @throws Error if the tensors of a checkpoint hold the state of another optimiser than this */
export function refuseOther(optimizer: OptimizerName, tensors: ReadonlyMap<string, Float32Array>): void {
  if (!holdsState(tensors)) return;
  const then: OptimizerName = [...tensors.keys()].some((key) => key.startsWith('muon.')) ? 'muon' : 'adamw';
  if (then !== optimizer)
    throw new Error(
      `The checkpoint was written with --optimizer ${then}, now it is ${optimizer}, and what the one has gathered means nothing to the other. Go on with --optimizer ${then}, or start anew from the run's bundle: --init and another --out.`,
    );
}

/** A matrix between hidden activations: neither the embedding, which is the output matrix too, nor a gain. */
function isHiddenMatrix(name: string, { rank }: tf.Tensor): boolean {
  return rank === 2 && name !== 'embedding';
}

function prefixed(prefix: string, tensors: ReadonlyMap<string, Float32Array>): [string, Float32Array][] {
  return [...tensors].map(([name, values]) => [`${prefix}${name}`, values]);
}

/** Those whose names begin with the prefix, by what follows it. */
export function under(prefix: string, tensors: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  return new Map(
    [...tensors].flatMap(([name, values]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : [],
    ),
  );
}
