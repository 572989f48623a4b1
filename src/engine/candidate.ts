import { Canvas, type CellStart, type Slot } from './diffusion/canvas';
import { Random } from './diffusion/random';
import type { ResizeRules } from './diffusion/resizing';
import { ReverseProcess, type ReverseStep } from './diffusion/reverse-process';
import type { Sampling } from './diffusion/sampling';
import { SPECIAL } from './model/bundle-config';
import { tokenIds, type Ask } from './predict';
import type { Runtime } from './runtime';
import type { ReverseProcessSettings } from './settings';

/** How candidates after the first are drawn when the first is greedy, which would give the same text again. */
const VARIED: Sampling = { kind: 'multinomial', temperature: 0.7, topP: 0.95, topK: 0 };

/** What decides a candidate, beside the model and the context. */
export interface CandidateStart {
  readonly holes: readonly (readonly CellStart[])[];
  /** Most cells of each hole. */
  readonly limits: readonly number[];
  /** From 0: together with the seed it decides all randomness. */
  readonly number: number;
  /** Whether an earlier candidate starts the same, so that a greedy one would end the same. */
  readonly varied: boolean;
}

interface Drafted {
  readonly slot: Slot;
  readonly token: number;
  readonly confidence: number;
}

/**
 * One canvas on its way to a text. What is committed in the end is valid UTF-8: tokens that leave a broken byte run are
 * remasked and drawn again among the tokens that are whole characters.
 */
export class CandidateRun {
  readonly canvas: Canvas;
  readonly #settings: ReverseProcessSettings;
  readonly #random: Random;
  readonly #resize: ResizeRules | undefined;
  readonly #banned: readonly number[];
  readonly #bannedOrIncomplete: readonly number[];
  /** Slots of cells that were drawn anew: holes change no length by then. */
  readonly #wholeOnly = new Set<string>();
  /** Whether a draft was taken for one of its holes. */
  readonly hasDraft: boolean;
  /** Committed by the first step, which needs no forward. */
  #drafted: readonly Drafted[];
  #process: ReverseProcess;

  constructor(
    private readonly runtime: Pick<Runtime, 'config' | 'tokenizer'>,
    settings: ReverseProcessSettings,
    { holes, limits, number, varied }: CandidateStart,
  ) {
    const { config, tokenizer } = runtime;
    this.canvas = new Canvas(holes);
    this.hasDraft = holes.flat().some(({ draft }) => draft !== undefined);
    this.#drafted = holes.flatMap((cells, hole) =>
      cells.flatMap(({ draft }, index) => (draft ? [{ ...draft, slot: { hole, index } }] : [])),
    );
    this.#settings =
      varied && settings.sampling.kind === 'greedy' ? { ...settings, sampling: VARIED } : settings;
    this.#random = new Random(settings.seed, number);
    this.#resize = config.learned.expand
      ? { expandToken: SPECIAL.expand, deleteToken: SPECIAL.delete, limits }
      : undefined;
    const banned = new Set([...tokenizer.unwritable, ...settings.bannedTokens]);
    if (!settings.suppressEndOfText) banned.delete(SPECIAL.eot);
    this.#banned = [...banned];
    this.#bannedOrIncomplete = [...this.#banned, ...tokenizer.incomplete];
    this.#process = this.#newProcess();
  }

  get done(): boolean {
    return this.canvas.masked().length === 0;
  }

  /** What the next step needs, nothing if a draft is to be committed; only while the candidate is not done. */
  asks(): Ask[] {
    if (this.#drafted.length > 0) return [];
    const { masked, committed } = this.#process.wanted();
    const holes = tokenIds(this.canvas.holes);
    // A bundle that has learned to doubt says of a visible token what it thinks of it; else it must be masked, alone.
    if (this.runtime.config.learned.remask) return [{ holes, wanted: [...masked, ...committed] }];
    const alone = committed.map((slot): Ask => {
      const cells = holes[slot.hole]!.with(slot.index, SPECIAL.mask);
      return { holes: holes.with(slot.hole, cells), wanted: [slot] };
    });
    return [{ holes, wanted: masked }, ...alone];
  }

  /** @param logits for each ask, for each of its wanted positions a row; changed */
  step(logits: readonly (readonly Float32Array[])[], index: number): ReverseStep {
    if (this.#drafted.length > 0) return this.#commitDraft(index);
    const step = this.#process.step(logits.flat(), index);
    const broken = this.done ? this.#remaskBroken() : [];
    if (broken.length === 0) return step;
    const justCommitted = new Set(step.committed.map(slotKey));
    const isBroken = new Set(broken.map(slotKey));
    return {
      committed: step.committed.filter((slot) => !isBroken.has(slotKey(slot))),
      remasked: [...step.remasked, ...broken.filter((slot) => !justCommitted.has(slotKey(slot)))],
    };
  }

  /** Mean log-probability of the predicted tokens when they were committed; 0 if there is none. */
  score(): number {
    const predicted = this.canvas.holes.flat().filter(({ step }) => step > 0);
    const sum = predicted.reduce((total, { confidence }) => total + Math.log(confidence), 0);
    return predicted.length === 0 ? 0 : sum / predicted.length;
  }

  #commitDraft(index: number): ReverseStep {
    const committed = this.#drafted.map(({ slot }) => slot);
    for (const { slot, token, confidence } of this.#drafted)
      this.canvas.commit(slot, token, confidence, index);
    this.#drafted = [];
    // The process shares out what is masked when it begins.
    this.#process = this.#newProcess();
    return { committed, remasked: [] };
  }

  #newProcess(): ReverseProcess {
    const redrawing = this.#wholeOnly.size > 0;
    return new ReverseProcess(this.canvas, {
      ...this.#settings,
      remasking: redrawing ? 'none' : this.#settings.remasking,
      resize: redrawing ? undefined : this.#resize,
      banned: (slot) => (this.#wholeOnly.has(slotKey(slot)) ? this.#bannedOrIncomplete : this.#banned),
      random: this.#random,
    });
  }

  #remaskBroken(): Slot[] {
    const { tokenizer } = this.runtime;
    const broken = tokenIds(this.canvas.holes)
      .flatMap((ids, hole) => tokenizer.brokenAt(ids).map((index) => ({ hole, index })))
      // What is locked is the user's, and what was drawn anew is whole: neither could be mended.
      .filter((slot) => !this.canvas.cell(slot).locked && !this.#wholeOnly.has(slotKey(slot)));
    for (const slot of broken) {
      this.canvas.remask(slot);
      this.#wholeOnly.add(slotKey(slot));
    }
    if (broken.length > 0) this.#process = this.#newProcess();
    return broken;
  }
}

function slotKey({ hole, index }: Slot): string {
  return `${hole}:${index}`;
}
