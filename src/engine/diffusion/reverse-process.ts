import type { Canvas, Slot } from './canvas';
import { rankPositions, type UnmaskingOrder } from './order';
import type { Random } from './random';
import { ban, sampleToken, type Proposal, type Sampling } from './sampling';
import { linearSchedule } from './schedule';

/** Logits for the asked masked positions, one fresh row of length `vocabulary` each: a forward of the mask predictor. */
export type PredictMasked = (canvas: Canvas, masked: readonly Slot[]) => Promise<readonly Float32Array[]>;

export interface ReverseProcess {
  readonly sampling: Sampling;
  readonly order: UnmaskingOrder;
  /** Most steps, ≥ 1. The process ends in at most this many (per block count when there are more blocks). */
  readonly steps: number;
  /** Also commit every proposal at least this probable, 0–1; 0 is off (Fast-dLLM, arXiv 2505.22618, section 3.3). */
  readonly threshold: number;
  /** Cells per block, unmasked block after block; 0 for one block (LLaDA, appendix B.4). */
  readonly blockLength: number;
  /** Tokens that may not appear at a position. */
  readonly banned: (slot: Slot) => Iterable<number>;
  readonly random: Random;
}

/** What one step did. */
export interface ReverseStep {
  readonly index: number;
  readonly committed: readonly Slot[];
  readonly remasked: readonly Slot[];
}

/**
 * The reverse process of masked diffusion (LLaDA, arXiv 2502.09992, section 2.4): from the canvas as it is, each step
 * predicts all masked tokens at once, commits some and leaves the rest masked, until no mask is left. Committed cells
 * never change. The canvas is changed in place; the caller may look at it, and stop, between two steps.
 *
 * @param firstStep index of the first step, for a process that goes on from an earlier one
 */
export async function* runReverseProcess(
  canvas: Canvas,
  predict: PredictMasked,
  process: ReverseProcess,
  firstStep = 1,
): AsyncGenerator<ReverseStep, void, undefined> {
  const blocks = splitIntoBlocks(canvas.masked(), process.blockLength);
  const stepsPerBlock = Math.max(1, Math.floor(process.steps / Math.max(1, blocks.length)));
  let index = firstStep;
  for (const block of blocks) {
    let pending = block;
    for (const planned of linearSchedule(block.length, stepsPerBlock)) {
      if (pending.length === 0) break;
      const rows = await predict(canvas, pending);
      const proposals = pending.map((slot, i) => {
        ban(rows[i]!, process.banned(slot));
        return sampleToken(rows[i]!, process.sampling, process.random);
      });
      const chosen = choose(proposals, planned, process);
      const committed = pending.filter((_, i) => chosen.has(i));
      pending.forEach((slot, i) => {
        if (chosen.has(i)) canvas.commit(slot, proposals[i]!.token, proposals[i]!.probability, index);
      });
      pending = pending.filter((_, i) => !chosen.has(i));
      yield { index, committed, remasked: [] };
      index++;
    }
  }
}

/** The planned number of positions, first-ranked first, and every one whose proposal reaches the threshold. */
function choose(proposals: readonly Proposal[], planned: number, process: ReverseProcess): Set<number> {
  const chosen = new Set(rankPositions(process.order, proposals, process.random).slice(0, planned));
  if (process.threshold > 0) {
    proposals.forEach(({ probability }, i) => {
      if (probability >= process.threshold) chosen.add(i);
    });
  }
  return chosen;
}

function splitIntoBlocks(slots: readonly Slot[], blockLength: number): Slot[][] {
  const size = blockLength > 0 ? blockLength : Math.max(1, slots.length);
  const blocks: Slot[][] = [];
  for (let i = 0; i < slots.length; i += size) blocks.push(slots.slice(i, i + size));
  return blocks;
}
