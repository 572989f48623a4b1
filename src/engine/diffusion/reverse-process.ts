import type { Canvas, Cell, Slot } from './canvas';
import { forebearSurvivors, rankPositions, type UnmaskingOrder } from './order';
import type { Random } from './random';
import { alternativesTo, ban, sampleToken, type Proposal, type Sampling } from './sampling';
import { linearSchedule } from './schedule';

/** How a canvas is unmasked. */
export interface ReversePlan {
  readonly sampling: Sampling;
  readonly order: UnmaskingOrder;
  /** Most steps, ≥ 1. The process ends in at most this many (per block count when there are more blocks). */
  readonly steps: number;
  /** Also commit every proposal at least this probable, 0–1; 0 is off (Fast-dLLM, arXiv 2505.22618, section 3.3). */
  readonly threshold: number;
  /** Cells per block, unmasked block after block; 0 for one block (LLaDA, appendix B.4). */
  readonly blockLength: number;
  /** How many alternatives a committed cell carries. */
  readonly alternatives: number;
  /** Tokens that may not appear at a position. */
  readonly banned: (slot: Slot) => Iterable<number>;
  readonly random: Random;
}

/** What one step did. */
export interface ReverseStep {
  readonly committed: readonly Slot[];
  readonly remasked: readonly Slot[];
}

/**
 * The reverse process of masked diffusion (LLaDA, arXiv 2502.09992, section 2.4): from the canvas as it is, each step
 * predicts all masked tokens at once, commits some and leaves the rest masked, until no mask is left. The canvas is
 * changed in place; the caller may look at it, and stop, between two steps.
 *
 * It asks (`wanted`) and is told (`step`), so that one forward can serve the processes of many canvases.
 */
export class ReverseProcess {
  readonly #blocks: Cell[][];
  readonly #stepsPerBlock: number;
  #schedule: readonly number[] = [];
  /** Steps taken in the present block. */
  #turn = 0;

  constructor(
    readonly canvas: Canvas,
    private readonly plan: ReversePlan,
  ) {
    const cells = canvas.masked().map((slot) => canvas.cell(slot));
    this.#blocks = splitIntoBlocks(cells, plan.blockLength);
    this.#stepsPerBlock = Math.max(1, Math.floor(plan.steps / Math.max(1, this.#blocks.length)));
    this.#enterBlock();
  }

  /** Masked positions whose predictions the next step needs, left to right; none when the process has ended. */
  wanted(): Slot[] {
    const block = new Set(this.#blocks[0]);
    return this.canvas.masked().filter((slot) => block.has(this.canvas.cell(slot)));
  }

  /**
   * One step.
   *
   * @param logits for each wanted position a row of length `vocabulary`; changed
   * @param index the step's index, kept in the cells that it commits
   */
  step(logits: readonly Float32Array[], index: number): ReverseStep {
    const { banned, sampling, random, alternatives } = this.plan;
    const pending = this.wanted();
    const proposals = pending.map((slot, i) => {
      ban(logits[i]!, banned(slot));
      return sampleToken(logits[i]!, sampling, random);
    });
    const chosen = this.#choose(proposals);
    const committed = pending.filter((slot, i) => {
      if (!chosen.has(i)) return false;
      const { token, probability } = proposals[i]!;
      this.canvas.commit(slot, token, probability, index, alternativesTo(token, logits[i]!, alternatives));
      return true;
    });
    this.#turn++;
    if (committed.length === pending.length) {
      this.#blocks.shift();
      this.#enterBlock();
    }
    return { committed, remasked: [] };
  }

  #enterBlock(): void {
    this.#turn = 0;
    this.#schedule = linearSchedule(this.#blocks[0]?.length ?? 0, this.#stepsPerBlock);
  }

  /** The planned number of positions, first-ranked first, and every one whose proposal reaches the threshold. */
  #choose(proposals: readonly Proposal[]): Set<number> {
    const { order, threshold, random } = this.plan;
    const indices = [...proposals.keys()];
    if (order === 'forebear') {
      const survivors = forebearSurvivors(proposals.length, this.#turn, this.#stepsPerBlock, random);
      return new Set(indices.filter((i) => !survivors.has(i)));
    }
    const planned = this.#schedule[this.#turn] ?? 1;
    const chosen = new Set(rankPositions(order, proposals, random).slice(0, planned));
    if (threshold > 0) {
      for (const i of indices) if (proposals[i]!.probability >= threshold) chosen.add(i);
    }
    return chosen;
  }
}

function splitIntoBlocks(cells: readonly Cell[], blockLength: number): Cell[][] {
  const size = blockLength > 0 ? blockLength : Math.max(1, cells.length);
  const blocks: Cell[][] = [];
  for (let i = 0; i < cells.length; i += size) blocks.push(cells.slice(i, i + size));
  return blocks;
}
