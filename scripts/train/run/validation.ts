import { type BundleConfig, fill, SPECIAL, Tokenizer } from '../../../src/engine/training';
import { drawLineTasks, type LineTask } from '../report/evaluation';
import { mean } from '../report/mean';
import { LivePredictor } from '../network/live-predictor';
import type { Batch } from '../network/network';
import type { TrainingSettings } from '../settings/presets';
import { buildBatch, buildGridBatch, heldOutText } from '../samples/batch';
import type { Prepared } from './prepare';
import type { Trainer } from './trainer';

/** The network's figures on held-out samples. */
export interface Validation {
  /** Of samples as in training: nats, 1/t-weighted. */
  readonly validationLoss: number;
  /** Bits per byte of the holes' text, by mask ratio. */
  readonly bitsAt: ReadonlyMap<number, number>;
  /** Their mean: an upper bound on the bits per byte of held-out holes in their context. */
  readonly bitsPerByte: number;
  /** A held-out line as the network fills it now. */
  readonly sample: LiveSample | undefined;
}

export interface LiveSample {
  readonly path: string;
  readonly wanted: string;
  readonly filled: string;
}

/** Midpoints of equal parts of (0, 1): the mean over them is the integral over t. */
export const T_GRID = [0.1, 0.3, 0.5, 0.7, 0.9] as const;
// Held-out samples come from seeds of their own, so that they are the same in every run.
const VALIDATION_SEED = 1_000_003;
const LIVE_TASKS = 16;
const LIVE_STEPS = 8;
/** Rows predicted at once: a line has fewer. */
const LIVE_ROWS = 64;

/**
 * Validates as the bound says (LLaDA, arXiv 2502.09992, equations 4 and 6): the same held-out holes at each mask ratio
 * of a grid, an exact share of their tokens masked, each cross-entropy weighted by one over that share.
 */
export class Validator {
  readonly #batches: readonly Batch[];
  readonly #grid: readonly (readonly [t: number, batch: Batch])[];
  readonly #tasks: readonly LineTask[];
  readonly #tokenizer: Tokenizer;
  readonly #config: Pick<BundleConfig, 'architecture' | 'window'>;
  #done = 0;

  /** @throws Error if nothing is held out */
  constructor({ valid, tokenizer }: Prepared, settings: TrainingSettings) {
    const text = heldOutText(valid, tokenizer);
    const { batch, validationBatches, architecture } = settings;
    this.#batches = Array.from({ length: validationBatches }, (_, index) =>
      buildBatch(valid, text.encode, batch, VALIDATION_SEED, index),
    );
    this.#grid = T_GRID.map((t) => [t, buildGridBatch(text, batch, t, VALIDATION_SEED)]);
    this.#tasks = drawLineTasks(valid, LIVE_TASKS, VALIDATION_SEED);
    this.#tokenizer = new Tokenizer(tokenizer);
    this.#config = { architecture, window: batch.window };
  }

  async run(trainer: Trainer): Promise<Validation> {
    const losses: number[] = [];
    for (const batch of this.#batches) losses.push(await trainer.evaluate(batch));
    const bitsAt = new Map<number, number>();
    for (const [t, batch] of this.#grid) bitsAt.set(t, await trainer.evaluate(batch));
    return {
      validationLoss: mean(losses),
      bitsAt,
      bitsPerByte: mean([...bitsAt.values()]),
      sample: await this.#sample(trainer),
    };
  }

  /** The next held-out line, filled by the engine's reverse process, told the line's length. */
  async #sample({ network }: Trainer): Promise<LiveSample | undefined> {
    const task = this.#tasks[this.#done++ % Math.max(1, this.#tasks.length)];
    if (task === undefined) return undefined;
    const runtime = {
      config: {
        ...this.#config,
        format: 1,
        name: 'in training',
        precision: 'f32',
        specialTokens: SPECIAL,
        learned: { expand: false, remask: false, guidance: false },
        training: {},
        files: { graph: NO_FILE, weights: [NO_FILE], tokenizer: NO_FILE },
      } satisfies BundleConfig,
      tokenizer: this.#tokenizer,
      predictor: new LivePredictor(network, this.#config.window.rows, LIVE_ROWS),
    };
    const request = { ...task, holes: [{ replaced: task.middle }], steps: LIVE_STEPS };
    let filled = '';
    for await (const { texts } of fill(runtime, request, undefined)) filled = texts[0] ?? '';
    return { path: task.path, wanted: task.middle, filled };
  }
}

const NO_FILE = { name: '', bytes: 0, sha256: '' };
