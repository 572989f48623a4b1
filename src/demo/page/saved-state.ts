import * as v from 'valibot';
import { RunSchema } from '../schema';
import type { Transport } from './transport';

/** The state that survives hiding the page and reloading the window. */
const SavedState = v.object({
  choices: v.record(v.string(), v.string()),
  run: v.optional(RunSchema),
  position: v.number(),
  view: v.picklist(['grid', 'text']),
});
type SavedState = v.InferOutput<typeof SavedState>;

/** A trace of hundreds of steps is not written at every key and every step of a replay. */
const SAVE_AFTER_MS = 150;

/** Keeps the page's state where it outlives the page. */
export class StateKeeper {
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly current: () => SavedState,
  ) {}

  /** The state that was kept, unless there is nothing or it is of another version. */
  get kept(): SavedState | undefined {
    const saved = v.safeParse(SavedState, this.transport.getState());
    return saved.success ? saved.output : undefined;
  }

  save(): void {
    clearTimeout(this.#saving);
    this.transport.setState(this.current());
  }

  saveSoon(): void {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.save(), SAVE_AFTER_MS);
  }
}
