import { Canvas } from '../../diffusion/canvas';
import type { Slot } from '../../contract/steps';
import { Random } from '../../diffusion/random';
import type { ResizeRules } from '../../diffusion/resizing';
import { DreamOnProcess, type DreamOnPlan } from '../../diffusion/dreamon-process';
import { DreamProcess, type DreamPlan } from '../../diffusion/dream-process';
import { ReverseProcess } from '../../diffusion/reverse-process';
import type { Row } from '../../diffusion/row';
import { probabilityOf } from '../../diffusion/sampling';
import type { ReverseStep, Unmasking } from '../../diffusion/unmasking';
import { SPECIAL } from '../../text/special-tokens';
import { SUMMARY_ALTERNATIVES } from '../../model/graph/outputs';
import type { Runtime } from '../../model/runtime/runtime';
import type { ReverseProcessSettings } from '../settings';
import type { Tokenizer } from '../../text/tokenizer';
import { tokenIds, type Ask } from './predict';
import type { Beginning } from './beginning';

/** Decides a candidate, together with the model and the context. */
export interface CandidateStart extends Beginning {
  /** Most cells of each hole. */
  readonly limits: readonly number[];
  /** True when the text may be blank. */
  readonly allowBlank: boolean;
  /** See `bannedTokens`: one set for all candidates. */
  readonly banned: ReadonlySet<number>;
  /** From 0: together with the seed it decides all randomness. */
  readonly number: number;
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
  readonly #canvas: Canvas;
  readonly #settings: ReverseProcessSettings;
  readonly #random: Random;
  readonly #resize: ResizeRules | undefined;
  readonly #banned: ReadonlySet<number>;
  readonly #bannedOrIncomplete: readonly number[];
  /** True when no token may be blank and no mask may go until it has text: it ended blank, and has begun anew. */
  #needsText: boolean;
  /** Slots of cells that were drawn anew: holes change no length by then. */
  readonly #wholeOnly = new Set<string>();
  /** True when a draft was taken for one of its holes. */
  readonly hasDraft: boolean;
  /** True when the surest position is still to get its second most probable token. */
  #takesSecond: boolean;
  #leader: CandidateRun | undefined;
  /** Committed by the first step, which needs no forward. */
  #drafted: readonly Drafted[];
  #process: Unmasking;

  constructor(
    private readonly runtime: Pick<Runtime, 'config' | 'tokenizer'>,
    settings: ReverseProcessSettings,
    readonly start: CandidateStart,
  ) {
    const { config, tokenizer } = runtime;
    const { holes, limits, banned, number, sampling, second = false } = start;
    this.#canvas = new Canvas(holes);
    this.hasDraft = holes.flat().some(({ draft }) => draft !== undefined);
    this.#drafted = holes.flatMap((cells, hole) =>
      cells.flatMap(({ draft }, index) => (draft ? [{ ...draft, slot: { hole, index } }] : [])),
    );
    this.#settings = sampling ? { ...settings, sampling } : settings;
    this.#takesSecond = second;
    this.#random = new Random(settings.seed, number);
    this.#resize = config.learned.expand
      ? { expandToken: SPECIAL.expand, deleteToken: SPECIAL.delete, limits }
      : undefined;
    this.#banned = banned;
    // Where steps are counted there are none for a second beginning.
    this.#needsText = !start.allowBlank && settings.steps !== undefined;
    this.#bannedOrIncomplete = [...banned, ...tokenizer.incomplete];
    this.#process = this.#newProcess();
  }

  get canvas(): Canvas {
    return this.#leader?.canvas ?? this.#canvas;
  }

  /** Two candidates of the same state go on alike; undefined where more than the canvas decides that. */
  get state(): string | undefined {
    const { sampling, steps, blockLength, remasking, order } = this.#settings;
    const isPlain =
      sampling.kind === 'greedy' &&
      steps === undefined &&
      blockLength === 0 &&
      remasking === 'none' &&
      order !== 'ancestral';
    const hasMore =
      this.hasDraft || this.#takesSecond || this.#needsText || this.#wholeOnly.size > 0 || !!this.#leader;
    if (!isPlain || hasMore) return undefined;
    return JSON.stringify(tokenIds(this.canvas.holes));
  }

  get isFollowing(): boolean {
    return this.#leader !== undefined;
  }

  /** Takes no steps of its own any more: its canvas is that of another, which goes on as it would. */
  follow(leader: CandidateRun): void {
    this.#leader = leader;
  }

  get done(): boolean {
    return this.canvas.masked().length === 0;
  }

  /**
   * The predictions that the next step needs, none if a draft is to be committed; only while the candidate is not
   * done.
   */
  asks(): Ask[] {
    if (this.#drafted.length > 0) return [];
    const { masked, committed } = this.#process.wanted();
    const holes = tokenIds(this.canvas.holes);
    if (this.#needsNoLogits()) return [{ holes, wanted: masked, banned: this.#banned }];
    // A bundle that has learned to doubt says of a visible token what it thinks of it; else it must be masked, alone.
    if (this.runtime.config.learned.remask) return [{ holes, wanted: [...masked, ...committed] }];
    const alone = committed.map((slot): Ask => {
      const cells = holes[slot.hole]!.with(slot.index, SPECIAL.mask);
      return { holes: holes.with(slot.hole, cells), wanted: [slot] };
    });
    return [{ holes, wanted: masked }, ...alone];
  }

  /** @param rows for each ask, for each of its wanted positions one; changed */
  step(rows: readonly (readonly Row[])[], index: number): ReverseStep {
    if (this.#drafted.length > 0) return this.#commitDraft(index);
    const step = this.#commitSecond(rows.flat(), index) ?? this.#process.step(rows.flat(), index);
    if (this.#isBlankInVain()) return this.#startForText();
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

  /** Tells whether summaries of the rows say all that the step asks: see `SummaryRow`. */
  #needsNoLogits(): boolean {
    const { sampling, remasking, alternatives } = this.#settings;
    // What is drawn anew has bans of its own; what may be revoked is any token.
    return (
      sampling.kind === 'greedy' &&
      remasking !== 'revoke' &&
      alternatives <= SUMMARY_ALTERNATIVES &&
      this.#wholeOnly.size === 0 &&
      !this.#isToGetText()
    );
  }

  #isBlank(): boolean {
    const { tokenizer } = this.runtime;
    return tokenIds(this.canvas.holes).every((ids) => tokenizer.decode(ids).trim() === '');
  }

  #isToGetText(): boolean {
    return this.#needsText && this.#isBlank();
  }

  #isBlankInVain(): boolean {
    return !this.start.allowBlank && !this.#needsText && this.done && this.#isBlank();
  }

  /** The likeliest fill was no text: the model is asked again, for one. */
  #startForText(): ReverseStep {
    this.#needsText = true;
    this.canvas.restart(this.start.holes);
    this.#process = this.#newProcess();
    return { committed: [], remasked: this.canvas.masked() };
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

  /** Undefined where the surest position had rather change the length: that comes first. */
  #commitSecond(rows: readonly Row[], index: number): ReverseStep | undefined {
    if (!this.#takesSecond) return undefined;
    const { masked } = this.#process.wanted();
    const lengths: readonly number[] = this.#resize ? [SPECIAL.expand, SPECIAL.delete] : [];
    const ranked = masked.map((slot, i) => {
      const row = rows[i]!.copy();
      row.ban([...this.#banned].filter((token) => !lengths.includes(token)));
      return { slot, row, probability: probabilityOf(row.largest(1, [])[0]!, row) };
    });
    const [surest] = ranked.sort((a, b) => b.probability - a.probability);
    if (!surest) return undefined;
    const { slot, row } = surest;
    const [first, second] = [row.largest(1, [])[0]!, row.largest(2, lengths)[1]];
    if (lengths.includes(first)) return undefined;
    this.#takesSecond = false;
    if (second === undefined) return undefined;
    this.canvas.commit(slot, second, probabilityOf(second, row), index);
    this.#process = this.#newProcess();
    return { committed: [slot], remasked: [] };
  }

  #newProcess(): Unmasking {
    const redrawing = this.#wholeOnly.size > 0;
    const settings = this.#settings;
    const { decoding, order } = settings;
    const shared = {
      ...settings,
      resize: redrawing ? undefined : this.#resize,
      banned: (slot: Slot) => (this.#wholeOnly.has(slotKey(slot)) ? this.#bannedOrIncomplete : this.#banned),
      withheld: () => (this.#isToGetText() ? [SPECIAL.delete, ...this.runtime.tokenizer.blank] : []),
      random: this.#random,
    };
    // The few that are drawn anew are nobody's published loop.
    if (redrawing || decoding === 'llada') {
      return new ReverseProcess(this.canvas, {
        ...shared,
        remasking: redrawing ? 'none' : settings.remasking,
      });
    }
    if (decoding === 'dream')
      return new DreamProcess(this.canvas, { ...shared, order: order as DreamPlan['order'] });
    const { deleteTakesAllBehind = false } = this.runtime.config;
    return new DreamOnProcess(this.canvas, {
      ...shared,
      order: order as DreamOnPlan['order'],
      deleteTakesAllBehind,
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

/** Tokens that may stand nowhere in a fill, but for those that change a hole's length, which are among them. */
export function bannedTokens(
  tokenizer: Tokenizer,
  {
    bannedTokens: own,
    suppressEndOfText,
  }: Pick<ReverseProcessSettings, 'bannedTokens' | 'suppressEndOfText'>,
): ReadonlySet<number> {
  const banned = new Set([...tokenizer.unwritable, ...own]);
  if (!suppressEndOfText) banned.delete(SPECIAL.eot);
  return banned;
}

function slotKey({ hole, index }: Slot): string {
  return `${hole}:${index}`;
}
