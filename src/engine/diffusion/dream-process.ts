import type { Slot } from '../contract/steps';
import type { Canvas } from './canvas';
import { chooseConfident, sampleDream, type DreamOrder, type DreamProposal } from './dream-sampling';
import type { Random } from './random';
import type { Row } from './row';
import { alternativesTo, type Sampling } from './sampling';
import type { ReverseStep, Unmasking, Wanted } from './unmasking';

/** Where Dream's t ends. */
const EPSILON = 1e-3;

export interface DreamPlan {
  readonly sampling: Sampling;
  /** `ancestral` is Dream's `origin`: chance decides on each mask. */
  readonly order: DreamOrder | 'ancestral';
  /** See `chooseConfident`; 0: the most confident ones. */
  readonly orderTemperature: number;
  /** Undefined: as many as there are masks. */
  readonly steps: number | undefined;
  /** How many alternatives a committed cell carries. */
  readonly alternatives: number;
  readonly banned: (slot: Slot) => Iterable<number>;
  readonly random: Random;
}

/**
 * Dream's reverse process (arXiv 2508.15487; `_sample` of its generation_utils.py): t goes from 1 to ε in equal steps; from t
 * to s a share 1 − s/t of the masks is committed, rounded down, so that a step may commit nothing; the last commits the rest.
 */
export class DreamProcess implements Unmasking {
  readonly #steps: number;
  #turn = 0;

  constructor(
    readonly canvas: Canvas,
    private readonly plan: DreamPlan,
  ) {
    this.#steps = plan.steps ?? Math.max(1, canvas.masked().length);
  }

  wanted(): Wanted {
    return { masked: this.canvas.masked(), committed: [] };
  }

  step(rows: readonly Row[], index: number): ReverseStep {
    const masked = this.canvas.masked();
    masked.forEach((slot, i) => rows[i]!.ban(this.plan.banned(slot)));
    const at = (turn: number): number => 1 - (turn * (1 - EPSILON)) / this.#steps;
    const share = this.#turn < this.#steps - 1 ? 1 - at(this.#turn + 1) / at(this.#turn) : 1;
    this.#turn++;
    const chosen = this.#choose(rows, share);
    for (const [i, { token, probability }] of chosen) {
      const choices = alternativesTo([token], rows[i]!, this.plan.alternatives);
      this.canvas.commit(masked[i]!, token, probability, index, choices);
    }
    return { committed: masked.filter((_, i) => chosen.has(i)), remasked: [] };
  }

  #choose(rows: readonly Row[], share: number): Map<number, DreamProposal> {
    const { sampling, order, orderTemperature, random } = this.plan;
    if (order === 'ancestral') {
      const transferred = [...rows.keys()].filter(() => random.uniform() < share);
      return new Map(transferred.map((i) => [i, sampleDream(rows[i]!, sampling, 'confidence', random)]));
    }
    const proposals = rows.map((row) => sampleDream(row, sampling, order, random));
    const confidences = proposals.map(({ confidence }) => confidence);
    const count = Math.floor(rows.length * share);
    if (count === 0) return new Map();
    const indices = chooseConfident(confidences, count, orderTemperature, random);
    return new Map(indices.map((i) => [i, proposals[i]!]));
  }
}
