import { byId } from './demo-dom';

/** A replay takes about this long at speed 1, however many steps it has… */
const REPLAY_MS = 6000;
/** …but no step is shown longer or shorter than this. */
const STEP_MS = { least: 40, most: 300 };

/** Goes through the steps of a run: follows it while it runs, replays and scrubs it afterwards. */
export class Player {
  readonly #bar = byId('player', HTMLDivElement);
  readonly #play = byId('play', HTMLButtonElement);
  readonly #position = byId('position', HTMLInputElement);
  readonly #speed = byId('speed', HTMLSelectElement);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether new steps are shown as they come; scrubbing ends it. */
  #following = false;

  /** @param moved told the index of the step to show */
  constructor(private readonly moved: (position: number) => void) {
    this.#play.addEventListener('click', () => (this.#timer === undefined ? this.#start() : this.#pause()));
    this.#position.addEventListener('input', () => {
      this.#following = false;
      this.#pause();
      this.moved(this.position);
    });
    this.reset(0, 0, false);
  }

  get position(): number {
    return this.#position.valueAsNumber;
  }

  reset(steps: number, position: number, running: boolean): void {
    this.#pause();
    this.#following = running;
    this.#setRange(steps);
    this.#position.value = String(Math.max(0, position));
    this.#play.disabled = running;
  }

  /** The run has come so far. */
  extend(steps: number): void {
    this.#setRange(steps);
    if (this.#following) this.#show(steps - 1);
  }

  /** The run has ended: it can be replayed. */
  finish(): void {
    this.#following = false;
    this.#play.disabled = false;
  }

  #setRange(steps: number): void {
    this.#position.max = String(Math.max(0, steps - 1));
    this.#bar.toggleAttribute('data-empty', steps < 2);
  }

  #show(position: number): void {
    this.#position.value = String(position);
    this.moved(position);
  }

  #start(): void {
    const last = Number(this.#position.max);
    if (this.position >= last) this.#show(0);
    this.#play.textContent = '❚❚';
    this.#play.setAttribute('aria-label', 'Pause');
    const tick = (): void => {
      if (this.position >= last) {
        this.#pause();
        return;
      }
      this.#show(this.position + 1);
      this.#timer = setTimeout(tick, this.#stepMs(last));
    };
    this.#timer = setTimeout(tick, this.#stepMs(last));
  }

  #stepMs(steps: number): number {
    const even = Math.min(STEP_MS.most, Math.max(STEP_MS.least, REPLAY_MS / Math.max(1, steps)));
    return even / Number(this.#speed.value);
  }

  #pause(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#play.textContent = '▶';
    this.#play.setAttribute('aria-label', 'Play');
  }
}
