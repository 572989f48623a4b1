import type { Slot } from '../contract/steps';
import type { Canvas } from './canvas';
import { chooseConfident, sampleDream, type DreamOrder } from './dream-sampling';
import type { Random } from './random';
import type { ResizeRules } from './resizing';
import type { Row } from './row';
import { alternativesTo, type Sampling } from './sampling';
import type { ReverseStep, Unmasking, Wanted } from './unmasking';

export interface DreamOnPlan {
  readonly sampling: Sampling;
  readonly order: DreamOrder;
  /** See `chooseConfident`; 0: the most confident one. */
  readonly orderTemperature: number;
  readonly alternatives: number;
  readonly banned: (slot: Slot) => Iterable<number>;
  /** Undefined: no hole changes its length. */
  readonly resize: ResizeRules | undefined;
  /** True when a deletion takes the masks of the hole that stand behind it, too. */
  readonly deleteTakesAllBehind: boolean;
  readonly random: Random;
}

/**
 * DreamOn's reverse process (HKU NLP 2025; `batch_generate_with_expand_as_token` of its eval/generator.py): each step
 * commits one token. That to expand makes two masks of one, until the hole is full or has been expanded as often as it may
 * have cells; that to delete takes the mask away.
 */
export class DreamOnProcess implements Unmasking {
  /** Expansions that each hole has left. */
  readonly #budgets: number[];

  constructor(
    readonly canvas: Canvas,
    private readonly plan: DreamOnPlan,
  ) {
    this.#budgets = canvas.holes.map((_, hole) => plan.resize?.limits[hole] ?? 0);
  }

  wanted(): Wanted {
    return { masked: this.canvas.masked(), committed: [] };
  }

  step(rows: readonly Row[], index: number): ReverseStep {
    const { sampling, order, orderTemperature, random, resize, alternatives } = this.plan;
    const masked = this.canvas.masked();
    const proposals = masked.map((slot, i) => {
      this.#ban(slot, rows[i]!);
      return sampleDream(rows[i]!, sampling, order, random);
    });
    const confidences = proposals.map(({ confidence }) => confidence);
    const [i] = chooseConfident(confidences, 1, orderTemperature, random) as [number];
    const slot = masked[i]!;
    const { token, probability } = proposals[i]!;
    if (token === resize?.expandToken) {
      this.canvas.insertAfter(slot);
      this.#budgets[slot.hole]!--;
    } else if (token === resize?.deleteToken) this.#delete(slot, masked);
    else {
      const lengths = resize ? [resize.expandToken, resize.deleteToken] : [];
      const choices = alternativesTo([token, ...lengths], rows[i]!, alternatives);
      this.canvas.commit(slot, token, probability, index, choices);
      return { committed: [slot], remasked: [] };
    }
    return { committed: [], remasked: [] };
  }

  #ban(slot: Slot, row: Row): void {
    const { banned, resize } = this.plan;
    const allowed: number[] = [];
    if (resize && this.canvas.cell(slot).elastic) {
      allowed.push(resize.deleteToken);
      const isFull = this.canvas.holes[slot.hole]!.length >= (resize.limits[slot.hole] ?? 0);
      if (!isFull && this.#budgets[slot.hole]! > 0) allowed.push(resize.expandToken);
    }
    row.ban([...banned(slot)].filter((token) => !allowed.includes(token)));
  }

  #delete(slot: Slot, masked: readonly Slot[]): void {
    const behind = masked.filter(
      (other) => other.hole === slot.hole && other.index > slot.index && this.canvas.cell(other).elastic,
    );
    const gone = this.plan.deleteTakesAllBehind ? [slot, ...behind] : [slot];
    // From right to left: what goes moves none of the others.
    for (const each of gone.reverse()) this.canvas.remove(each);
  }
}
