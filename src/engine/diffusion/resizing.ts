import type { Slot } from '../contract/steps';
import type { Canvas } from './canvas';
import type { Row } from './row';
import type { Choice } from './sampling';

/** Unknown length (DreamOn, HKU 2025): a mask may turn out to stand for two, or for none. */
export interface ResizeRules {
  /** Committing this token makes two masks of one. */
  readonly expandToken: number;
  /** Committing this token takes the mask away. */
  readonly deleteToken: number;
  /** Most cells of each hole. */
  readonly limits: readonly number[];
}

/** A mask that is rather resized than not, whatever else the step commits. */
const RATHER = 0.5;
/** How often a hole is resized before it must get a token: else it could grow and shrink for ever. */
const MOST_BETWEEN_TOKENS = 3;
/** How often a hole is resized in all. Right lengths are found in fewer; texts that repeat themselves never end. */
const MOST_IN_ALL = 8;

/** A masked position: how probable its expansion and its deletion are, and what was chosen for it. */
export interface Resizable {
  readonly slot: Slot;
  readonly expand: number;
  readonly delete: number;
  readonly chosen: Resize['kind'] | 'token' | undefined;
}

/** The change of a hole: masks that become two, or masks that go. */
export interface Resize {
  readonly kind: 'expand' | 'delete';
  readonly slots: readonly Slot[];
}

/**
 * The lengths of a canvas's holes on their way. DreamOn commits expansions and deletions like tokens, one mask at a
 * step; here a hole that is to be resized is resized at once by as many masks as its masks' probabilities add up to.
 */
export class Resizing {
  /** Resizes of each hole, and those since it last got a token. */
  readonly #resizes: number[];
  readonly #sinceToken: number[];

  constructor(
    private readonly canvas: Canvas,
    private readonly rules: ResizeRules,
  ) {
    this.#resizes = canvas.holes.map(() => 0);
    this.#sinceToken = canvas.holes.map(() => 0);
  }

  mayDelete(slot: Slot): boolean {
    const { token, elastic } = this.canvas.cell(slot);
    const isOver =
      this.#sinceToken[slot.hole]! >= MOST_BETWEEN_TOKENS || this.#resizes[slot.hole]! >= MOST_IN_ALL;
    return token === undefined && elastic && !isOver;
  }

  mayExpand(slot: Slot): boolean {
    return this.mayDelete(slot) && this.#room(slot.hole) > 0;
  }

  /** @param row of the position, that which its proposal was drawn from */
  judge(slot: Slot, { token, probability }: Choice, row: Row, chosen: boolean): Resizable {
    const { expandToken, deleteToken } = this.rules;
    const probabilityOf = (other: number): number =>
      probability * Math.exp(row.logit(other) - row.logit(token));
    const kind = token === expandToken ? 'expand' : token === deleteToken ? 'delete' : 'token';
    return {
      slot,
      expand: probabilityOf(expandToken),
      delete: probabilityOf(deleteToken),
      chosen: chosen ? kind : undefined,
    };
  }

  /**
   * Decides on a hole's new length, if it gets one: where a resize of one of its masks was chosen, or where one is more
   * probable than not.
   *
   * @param masks of one hole
   * @param all whether every chosen mask must go its way now: in the last turn none may stay
   */
  resize(masks: readonly Resizable[], all: boolean): Resize | undefined {
    const kind = this.#kindOf(masks);
    if (!kind) return undefined;
    const open = masks.filter(({ chosen }) => chosen !== 'token');
    const balance = open.reduce((sum, mask) => sum + mask.expand - mask.delete, 0);
    const { hole } = open[0]!.slot;
    const chosen = open.filter((mask) => mask.chosen === kind).length;
    const wanted = Math.max(all ? chosen : 1, Math.round(kind === 'expand' ? balance : -balance));
    const slots = open
      .filter((mask) => mask[kind] > 0 || mask.chosen === kind)
      .sort((a, b) => Number(b.chosen === kind) - Number(a.chosen === kind) || b[kind] - a[kind])
      .slice(0, kind === 'expand' ? Math.min(wanted, this.#room(hole)) : wanted)
      .map(({ slot }) => slot);
    this.#sinceToken[hole]!++;
    this.#resizes[hole]!++;
    return { kind, slots };
  }

  /** The hole has got a token. */
  written(hole: number): void {
    this.#sinceToken[hole] = 0;
  }

  /** That of the most probable resize. */
  #kindOf(masks: readonly Resizable[]): Resize['kind'] | undefined {
    let best = 0;
    let kind: Resize['kind'] | undefined;
    for (const mask of masks) {
      for (const one of ['expand', 'delete'] as const) {
        const counts = mask.chosen === one || (mask.chosen === undefined && mask[one] >= RATHER);
        if (counts && (kind === undefined || mask[one] > best)) [best, kind] = [mask[one], one];
      }
    }
    return kind;
  }

  /** Cells that a hole may still get. */
  #room(hole: number): number {
    return Math.max(0, (this.rules.limits[hole] ?? 0) - this.canvas.holes[hole]!.length);
  }
}
