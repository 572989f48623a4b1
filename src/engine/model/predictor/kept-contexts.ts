import {
  cutAlike,
  cutToRepeat,
  type ContextText,
  type CutText,
  type Encode,
} from '../../text/context-window';
import { layOut, type Layout } from '../../text/layout';
import { MOST_TYPED, NEAR_ROWS, planPartialReading } from '../../text/partial-reading';
import type { ContextCache, KeptContext, MaskPredictor } from './mask-predictor';

/** Contexts that are kept if nobody says how many; one of the bundled model takes 14 MB, and 15 more once something is typed. */
export const USUALLY_KEPT = 2;

/** The state that a request leaves to its context. */
export interface ContextRoom {
  /** Most context tokens. */
  readonly budget: number;
  /** Positions that each hole reserves. */
  readonly reserved: readonly number[];
}

/** A context lent to one request. */
export interface LentContext {
  readonly layout: Layout;
  readonly cache: ContextCache;
  /** Gives it back. */
  readonly release: () => void;
}

interface Kept {
  readonly read: CutText;
  readonly reserved: readonly number[];
  readonly context: KeptContext;
  /** Where its tokens stood when it was last read. */
  layout: Layout;
  /** Tokens typed since everything was read. */
  typed: number;
  lent: boolean;
}

/**
 * Contexts that are kept from one request to the next while somebody types: a key costs a reading of the rows near the cursor
 * instead of all of them. Start, end and shares of the window are fixed when everything is read, with room for what is typed.
 */
export class KeptContexts {
  /** By the caller's name, the latest last. */
  readonly #kept = new Map<string, Kept>();

  /** @param most kept at once; the one asked for longest ago goes first */
  constructor(
    private readonly predictor: MaskPredictor,
    private readonly encode: Encode,
    private readonly most = USUALLY_KEPT,
  ) {}

  /**
   * Reads the context of a text, or what of it is not as it was read under this name before.
   *
   * @param whole read everything if anything has been typed since that was last done
   * @returns undefined where nothing can be kept: the context is lent already, or there is no room for what will be typed
   */
  async read(
    name: string,
    text: ContextText,
    room: ContextRoom,
    { whole = false } = {},
  ): Promise<LentContext | undefined> {
    if (!this.predictor.keepContext) return undefined;
    const known = this.#kept.get(name);
    if (known?.lent) return undefined;
    const kept =
      (known && (await this.#readAnew(name, known, text, room, whole))) ??
      (await this.#readWhole(name, text, room));
    if (!kept) return undefined;
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    kept.lent = true;
    this.#forgetOldest();
    return { layout: kept.layout, cache: kept.context, release: () => this.#takeBack(name, kept) };
  }

  /** Tokens typed since everything was read; undefined where nothing is kept. */
  typedSince(name: string): number | undefined {
    return this.#kept.get(name)?.typed;
  }

  forget(name: string): void {
    const kept = this.#kept.get(name);
    this.#kept.delete(name);
    if (kept && !kept.lent) kept.context.release();
  }

  /** Undefined: everything is to be read. */
  async #readAnew(
    name: string,
    kept: Kept,
    text: ContextText,
    { budget, reserved }: ContextRoom,
    whole: boolean,
  ): Promise<Kept | undefined> {
    const segments = cutAlike(this.encode, text, kept.read);
    const fits = segments.reduce((sum, segment) => sum + segment.length, 0) <= budget;
    const reading = fits
      ? planPartialReading({ segments: kept.read.cut.segments, reserved: kept.reserved }, segments, reserved)
      : undefined;
    if (!reading || (whole && reading.typed > 0)) return undefined;
    const { layout, fresh, typed } = reading;
    if (sameArray(layout.ids, kept.layout.ids) && sameArray(layout.positions, kept.layout.positions)) {
      return kept;
    }
    try {
      await kept.context.reread({
        kept: reading.kept,
        fresh: {
          ids: fresh.map((row) => layout.ids[row]!),
          positions: fresh.map((row) => layout.positions[row]!),
        },
      });
    } catch (error) {
      this.forget(name);
      throw error;
    }
    kept.layout = layout;
    kept.typed = typed;
    return kept;
  }

  async #readWhole(
    name: string,
    text: ContextText,
    { budget, reserved }: ContextRoom,
  ): Promise<Kept | undefined> {
    this.forget(name);
    const read = cutToRepeat(this.encode, text, budget - MOST_TYPED);
    if (!read) return undefined;
    const layout = layOut(read.cut.segments, reserved);
    const context = await this.predictor.keepContext!(layout, NEAR_ROWS);
    return { read, reserved, context, layout, typed: 0, lent: false };
  }

  #takeBack(name: string, kept: Kept): void {
    kept.lent = false;
    if (this.#kept.get(name) !== kept) kept.context.release();
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const [name, { lent }] of this.#kept) {
      if (this.#kept.size <= this.most) return;
      if (!lent) this.forget(name);
    }
  }
}

function sameArray(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
