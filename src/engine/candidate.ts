import { Canvas, type CellStart, type Slot } from './diffusion/canvas';
import { Random } from './diffusion/random';
import { ReverseProcess, type ReverseStep } from './diffusion/reverse-process';
import type { Sampling } from './diffusion/sampling';
import { tokenIds, type Ask } from './predict';
import type { ReverseProcessSettings } from './request';
import type { Tokenizer } from './text/tokenizer';

/** How candidates after the first are drawn when the first is greedy, which would give the same text again. */
const VARIED: Sampling = { kind: 'multinomial', temperature: 0.7, topP: 0.95, topK: 0 };

/**
 * One canvas on its way to a text. What is committed in the end is valid UTF-8: tokens that leave a broken byte run are
 * remasked and drawn again among the tokens that are whole characters.
 */
export class CandidateRun {
  readonly canvas: Canvas;
  readonly #settings: ReverseProcessSettings;
  readonly #random: Random;
  readonly #wholeOnly = new Set<string>();
  readonly #unwritableOrIncomplete: readonly number[];
  #process: ReverseProcess;

  /** @param number of the candidate, from 0: together with the seed it decides all randomness */
  constructor(
    private readonly tokenizer: Tokenizer,
    settings: ReverseProcessSettings,
    start: readonly (readonly CellStart[])[],
    number: number,
    varied: boolean,
  ) {
    this.canvas = new Canvas(start);
    this.#settings =
      varied && settings.sampling.kind === 'greedy' ? { ...settings, sampling: VARIED } : settings;
    this.#random = new Random(settings.seed, number);
    this.#unwritableOrIncomplete = [...tokenizer.unwritable, ...tokenizer.incomplete];
    this.#process = this.#newProcess();
  }

  get done(): boolean {
    return this.canvas.masked().length === 0;
  }

  /** What the next step needs; nothing when the candidate is done. */
  ask(): Ask {
    return { holes: tokenIds(this.canvas.holes), wanted: this.#process.wanted() };
  }

  /** One step; `logits` as `ReverseProcess.step` takes them. */
  step(logits: readonly Float32Array[], index: number): ReverseStep {
    const step = this.#process.step(logits, index);
    const broken = this.done ? this.#remaskBroken() : [];
    if (broken.length === 0) return step;
    const isIn = (slots: readonly Slot[]) => {
      const keys = new Set(slots.map(slotKey));
      return (slot: Slot): boolean => keys.has(slotKey(slot));
    };
    const justCommitted = isIn(step.committed);
    const isBroken = isIn(broken);
    return {
      committed: step.committed.filter((slot) => !isBroken(slot)),
      remasked: [...step.remasked, ...broken.filter((slot) => !justCommitted(slot))],
    };
  }

  /** Mean log-probability of the predicted tokens when they were committed; 0 if there is none. */
  score(): number {
    const predicted = this.canvas.holes.flat().filter(({ step }) => step > 0);
    const sum = predicted.reduce((total, { confidence }) => total + Math.log(confidence), 0);
    return predicted.length === 0 ? 0 : sum / predicted.length;
  }

  #newProcess(): ReverseProcess {
    const banned = (slot: Slot): readonly number[] =>
      this.#wholeOnly.has(slotKey(slot)) ? this.#unwritableOrIncomplete : this.tokenizer.unwritable;
    const steps = this.#settings.steps ?? Math.max(1, this.canvas.masked().length);
    return new ReverseProcess(this.canvas, { ...this.#settings, steps, banned, random: this.#random });
  }

  #remaskBroken(): Slot[] {
    const broken = tokenIds(this.canvas.holes)
      .flatMap((ids, hole) => this.tokenizer.brokenAt(ids).map((index) => ({ hole, index })))
      // What is locked is the user's, and what was drawn anew is whole: neither could be mended.
      .filter((slot) => !this.canvas.cell(slot).locked && !this.#wholeOnly.has(slotKey(slot)));
    if (broken.length === 0) return broken;
    for (const slot of broken) {
      this.canvas.remask(slot);
      this.#wholeOnly.add(slotKey(slot));
    }
    this.#process = this.#newProcess();
    return broken;
  }
}

function slotKey({ hole, index }: Slot): string {
  return `${hole}:${index}`;
}
