import type { Slot } from '../contract/steps';
import type { Remasking, Schedule, UnmaskingOrder } from '../contract/reverse-process';
import type { Canvas, Cell } from './canvas';
import { ancestralSurvivors, rankPositions } from './order';
import { chooseCommitted, type ParallelRules } from './parallel';
import type { Random } from './random';
import { surplusCopies } from './repetition';
import { Resizing, type Resize, type ResizeRules } from './resizing';
import { chooseRevoked, drawRemasked } from './remasking';
import type { Row } from './row';
import { alternativesTo, probabilityOf, sampleToken, type Proposal, type Sampling } from './sampling';
import { shareOut } from './schedule';
import type { ReverseStep, Unmasking, Wanted } from './unmasking';

/** How canvases are unmasked. */
export interface ReverseRules extends ParallelRules {
  readonly sampling: Sampling;
  readonly order: UnmaskingOrder;
  readonly schedule: Schedule;
  /** Most steps, ≥ 1 (but at least one for each block); undefined: as many as it takes at one token a step. */
  readonly steps: number | undefined;
  /** Cells per block, unmasked block after block; 0 for one block (LLaDA, appendix B.4). */
  readonly blockLength: number;
  readonly remasking: Remasking;
  /** See `drawRemasked` and `chooseRevoked`; 0–1. */
  readonly remaskingStrength: number;
  /** See `ReverseProcessOptions.repetitionPenalty`; ≥ 1, 1 is off. */
  readonly repetitionPenalty: number;
  /** How many alternatives a committed cell carries. */
  readonly alternatives: number;
}

/** How one canvas is unmasked. */
export interface ReversePlan extends ReverseRules {
  /** Tokens that may not appear at a position; those of `resize` are among them. */
  readonly banned: (slot: Slot) => Iterable<number>;
  /**
   * Tokens that may not appear for now, whatever the model thinks of them: what is drawn instead keeps the probability
   * that it has beside them, so that no row passes for surer than it is. Default none.
   */
  readonly withheld?: () => readonly number[];
  /** How elastic cells change the length of their hole; undefined: they do not. */
  readonly resize: ResizeRules | undefined;
  readonly random: Random;
}

/**
 * The reverse process of masked diffusion (LLaDA, arXiv 2502.09992, section 2.4): from the canvas as it is, each step
 * predicts all masked tokens at once, commits some and leaves the rest masked, until no mask is left. Locked cells never
 * change. The canvas is changed in place; the caller may look at it, and stop, between two steps.
 */
export class ReverseProcess implements Unmasking {
  readonly #blocks: Set<Cell>[];
  readonly #stepsPerBlock: number | undefined;
  readonly #resizing: Resizing | undefined;
  /** Tokens that each turn of the present block is to commit. */
  #shares: readonly number[] = [];
  /** Turns taken in the present block. */
  #turn = 0;
  /** Tokens that the turn before committed. */
  #committedBefore = Infinity;

  constructor(
    readonly canvas: Canvas,
    private readonly plan: ReversePlan,
  ) {
    const free = canvas.holes.flat().filter((cell) => !cell.locked);
    const blocks = splitIntoBlocks(free, plan.blockLength);
    this.#blocks = blocks.filter((cells) => cells.some(isMasked)).map((cells) => new Set(cells));
    this.#stepsPerBlock =
      plan.steps && Math.max(1, Math.floor(plan.steps / Math.max(1, this.#blocks.length)));
    this.#resizing = plan.resize && new Resizing(canvas, plan.resize);
    this.#enterBlock();
  }

  wanted(): Wanted {
    const { masked, free } = this.#presentBlock();
    return { masked, committed: this.plan.remasking === 'revoke' ? free : [] };
  }

  step(rows: readonly Row[], index: number): ReverseStep {
    const { masked, free } = this.#presentBlock();
    const withheld = this.plan.withheld?.() ?? [];
    const first = masked.map((slot, i) => {
      this.#ban(slot, rows[i]!);
      return this.#propose(rows[i]!, withheld);
    });
    const proposals = this.#withoutSurplus(masked, first, rows);
    const presentProbability = (slot: Slot, i: number): number => {
      const row = rows[masked.length + i]!;
      this.#ban(slot, row);
      return probabilityOf(this.canvas.cell(slot).token!, row);
    };
    const { chosen, remasked } = this.#choose(proposals, free, () => free.map(presentProbability));
    const remaskedCells = remasked.map((slot) => this.canvas.cell(slot));
    for (const slot of remasked) this.canvas.remask(slot);
    const committedCells = this.#commit(masked, proposals, rows, chosen, index);
    this.#committedBefore = committedCells.length;
    this.#turn++;
    if (this.#presentBlock().masked.length === 0) {
      this.#blocks.shift();
      this.#enterBlock();
    }
    return { committed: this.#slotsOf(committedCells), remasked: this.#slotsOf(remaskedCells) };
  }

  #enterBlock(): void {
    const masks = [...(this.#blocks[0] ?? [])].filter(isMasked).length;
    this.#turn = 0;
    this.#committedBefore = Infinity;
    this.#shares = shareOut(this.plan.schedule, masks, this.#stepsPerBlock ?? masks);
  }

  /** Positions of the present block, left to right: masked ones, and committed ones that may be remasked. */
  #presentBlock(): { readonly masked: readonly Slot[]; readonly free: readonly Slot[] } {
    const block = this.#blocks[0];
    const slots = this.canvas.slots().filter((slot) => block?.has(this.canvas.cell(slot)));
    const isSlotMasked = (slot: Slot): boolean => isMasked(this.canvas.cell(slot));
    return {
      masked: slots.filter(isSlotMasked),
      free: this.plan.remasking === 'none' ? [] : slots.filter((slot) => !isSlotMasked(slot)),
    };
  }

  #ban(slot: Slot, row: Row): void {
    const { banned, resize } = this.plan;
    const allowed: number[] = [];
    if (resize && this.#resizing!.mayDelete(slot)) allowed.push(resize.deleteToken);
    // In the last turn all masks are committed: a new one would be one too many.
    if (resize && this.#resizing!.mayExpand(slot) && !this.#isLastTurn()) allowed.push(resize.expandToken);
    row.ban([...banned(slot)].filter((token) => !allowed.includes(token)));
  }

  /** Proposals that would go on repeating what stands in front of them are damped and drawn once more. */
  #withoutSurplus(masked: readonly Slot[], proposals: readonly Proposal[], rows: readonly Row[]): Proposal[] {
    const { repetitionPenalty, sampling, random } = this.plan;
    if (repetitionPenalty <= 1) return [...proposals];
    const cells = masked.map((slot) => this.canvas.cell(slot));
    const surplus = surplusCopies(this.canvas, new Map(cells.map((cell, i) => [cell, proposals[i]!.token])));
    return proposals.map((proposal, i) => {
      const copies = surplus.get(cells[i]!);
      if (copies === undefined) return proposal;
      rows[i]!.damp(proposal.token, copies * Math.log(repetitionPenalty));
      return sampleToken(rows[i]!, sampling, random);
    });
  }

  #propose(row: Row, withheld: readonly number[]): Proposal {
    const { sampling, random } = this.plan;
    if (withheld.length === 0) return sampleToken(row, sampling, random);
    const { first, sum } = row.softmax();
    row.ban(withheld);
    const proposal = sampleToken(row, sampling, random);
    return { ...proposal, probability: Math.exp(row.logit(proposal.token) - first) / sum };
  }

  #isLastTurn(): boolean {
    return this.#stepsPerBlock !== undefined && this.#turn >= this.#stepsPerBlock - 1;
  }

  /**
   * @param free positions that may be remasked
   * @param probabilities of their tokens, now
   * @returns indices of the proposals to be committed, and the positions to be masked again
   */
  #choose(
    proposals: readonly Proposal[],
    free: readonly Slot[],
    probabilities: () => readonly number[],
  ): { chosen: Set<number>; remasked: Slot[] } {
    const { order, random, remasking, remaskingStrength } = this.plan;
    if (order === 'ancestral') return { chosen: this.#ancestral(proposals.length), remasked: [] };
    const ranked = rankPositions(order, proposals, random);
    const masks = proposals.length;
    const share = Math.min(masks, this.#isLastTurn() ? masks : (this.#shares[this.#turn] ?? 1));
    if (remasking === 'none' || remasking === 'revoke') {
      const chosen = chooseCommitted(proposals, ranked, share, this.plan);
      if (remasking === 'none' || this.#isLastTurn()) return { chosen, remasked: [] };
      const revoked = chooseRevoked(remaskingStrength, probabilities(), chosen.size, this.#committedBefore);
      return { chosen, remasked: revoked.map((i) => free[i]!) };
    }
    const state = { size: masks + free.length, masks, share };
    const confidences = free.map((slot) => this.canvas.cell(slot).confidence);
    const drawn = drawRemasked(remasking, remaskingStrength, state, confidences, random);
    return {
      chosen: chooseCommitted(proposals, ranked, share + drawn.length, this.plan),
      remasked: drawn.map((i) => free[i]!),
    };
  }

  #ancestral(masks: number): Set<number> {
    const steps = this.#stepsPerBlock ?? this.#shares.length;
    const survivors = ancestralSurvivors(masks, this.#turn, steps, this.plan.random);
    return new Set([...Array(masks).keys()].filter((i) => !survivors.has(i)));
  }

  /** Commits the chosen proposals and resizes holes, from right to left: what comes or goes moves none of the others. */
  #commit(
    masked: readonly Slot[],
    proposals: readonly Proposal[],
    rows: readonly Row[],
    chosen: ReadonlySet<number>,
    index: number,
  ): Cell[] {
    const { resize, alternatives } = this.plan;
    const lengths = resize ? [resize.expandToken, resize.deleteToken] : [];
    const resizes = this.#resizes(masked, proposals, rows, chosen);
    const committed: Cell[] = [];
    for (const [i, slot] of [...masked.entries()].reverse()) {
      const { token, probability } = proposals[i]!;
      const kind = resizes.get(slot);
      if (kind === 'delete') {
        this.#blocks[0]!.delete(this.canvas.cell(slot));
        this.canvas.remove(slot);
      } else if (kind === 'expand') {
        this.#blocks[0]!.add(this.canvas.insertAfter(slot));
      } else if (chosen.has(i) && !lengths.includes(token)) {
        const choices = alternativesTo([token, ...lengths], rows[i]!, alternatives);
        this.canvas.commit(slot, token, probability, index, choices);
        committed.push(this.canvas.cell(slot));
        this.#resizing?.written(slot.hole);
      }
    }
    return committed;
  }

  /** The masks that become two or none, whether chosen themselves or with others of their hole. */
  #resizes(
    masked: readonly Slot[],
    proposals: readonly Proposal[],
    rows: readonly Row[],
    chosen: ReadonlySet<number>,
  ): Map<Slot, Resize['kind']> {
    const resizing = this.#resizing;
    const resizes = new Map<Slot, Resize['kind']>();
    if (!resizing) return resizes;
    const masks = masked.map((slot, i) => resizing.judge(slot, proposals[i]!, rows[i]!, chosen.has(i)));
    for (const hole of this.canvas.holes.keys()) {
      const resize = resizing.resize(
        masks.filter(({ slot }) => slot.hole === hole),
        this.#isLastTurn(),
      );
      for (const slot of resize?.slots ?? []) resizes.set(slot, resize!.kind);
    }
    return resizes;
  }

  #slotsOf(cells: readonly Cell[]): Slot[] {
    const wanted = new Set(cells);
    return this.canvas.slots().filter((slot) => wanted.has(this.canvas.cell(slot)));
  }
}

function isMasked(cell: Cell): boolean {
  return cell.token === undefined;
}

function splitIntoBlocks(cells: readonly Cell[], blockLength: number): Cell[][] {
  const size = blockLength > 0 ? blockLength : Math.max(1, cells.length);
  const blocks: Cell[][] = [];
  for (let i = 0; i < cells.length; i += size) blocks.push(cells.slice(i, i + size));
  return blocks;
}
