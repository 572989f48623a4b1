/** A replay takes about this long at speed 1, however many steps it has… */
const REPLAY_MS = 6000;
/** …but no step is shown longer or shorter than this. */
const STEP_MS = { least: 40, most: 300 };

/** How long each step of a replay is shown, ms. */
export function stepMs(steps: number, speed: number): number {
  return Math.min(STEP_MS.most, Math.max(STEP_MS.least, REPLAY_MS / Math.max(1, steps))) / speed;
}

/** Starts a timer and returns what stops it. */
export type Timer = (ms: number, then: () => void) => () => void;

/** Where a viewer stands in a run: follows it while it runs, replays and scrubs it afterwards. */
export class Playback {
  speed = 1;
  #length = 0;
  #position = 0;
  #following = false;
  #stop: (() => void) | undefined;

  /** @param changed told of every change of what the properties say */
  constructor(
    private readonly timer: Timer,
    private readonly changed: () => void,
  ) {}

  get length(): number {
    return this.#length;
  }

  /** The step shown, 0 … length − 1; 0 where there is none. */
  get position(): number {
    return this.#position;
  }

  get playing(): boolean {
    return this.#stop !== undefined;
  }

  /** Shows another run. @param following whether new steps are shown as they come; going elsewhere ends it */
  reset(length: number, position: number, following: boolean): void {
    this.#halt();
    this.#length = length;
    this.#following = following;
    this.#set(position);
  }

  /** The run has come so far. */
  extend(length: number): void {
    this.#length = length;
    this.#set(this.#following ? length - 1 : this.#position);
  }

  /** The run has ended. */
  finish(): void {
    this.#following = false;
  }

  /** Goes to a step, and stops there. */
  go(position: number): void {
    this.#halt();
    this.#following = false;
    this.#set(position);
  }

  /** Plays on, from the start where the end is shown; or pauses. */
  toggle(): void {
    if (this.playing) {
      this.#halt();
      this.changed();
      return;
    }
    this.#following = false;
    this.#tick();
    this.#set(this.#position >= this.#length - 1 ? 0 : this.#position);
  }

  #tick(): void {
    this.#stop = this.timer(stepMs(this.#length, this.speed), () => {
      this.#stop = undefined;
      if (this.#position < this.#length - 2) this.#tick();
      this.#set(this.#position + 1);
    });
  }

  #halt(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #set(position: number): void {
    this.#position = Math.max(0, Math.min(position, this.#length - 1));
    this.changed();
  }
}
