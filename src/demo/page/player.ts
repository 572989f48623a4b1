import { Playback } from '../playback';
import { byId } from './dom';

/** The buttons and the slider under the lanes. */
export class Player {
  readonly playback: Playback;
  readonly #bar = byId('player', HTMLDivElement);
  readonly #buttons = {
    back: byId('back', HTMLButtonElement),
    play: byId('play', HTMLButtonElement),
    forward: byId('forward', HTMLButtonElement),
  };
  readonly #position = byId('position', HTMLInputElement);
  readonly #counter = byId('counter', HTMLOutputElement);
  readonly #speed = byId('speed', HTMLSelectElement);

  /** @param moved told whenever another step is to be shown */
  constructor(moved: () => void) {
    this.playback = new Playback(
      (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
      () => {
        this.#draw();
        moved();
      },
    );
    this.#buttons.play.addEventListener('click', () => this.playback.toggle());
    this.#buttons.back.addEventListener('click', () => this.move(-1));
    this.#buttons.forward.addEventListener('click', () => this.move(1));
    this.#position.addEventListener('input', () => this.playback.go(this.#position.valueAsNumber));
    this.#speed.addEventListener('change', () => (this.playback.speed = Number(this.#speed.value)));
  }

  move(by: number): void {
    this.playback.go(this.playback.position + by);
  }

  set running(running: boolean) {
    this.#buttons.play.disabled = running;
  }

  #draw(): void {
    const { length, position, playing } = this.playback;
    const last = Math.max(0, length - 1);
    const { back, play, forward } = this.#buttons;
    this.#position.max = String(last);
    this.#position.value = String(position);
    this.#position.setAttribute('aria-valuetext', `step ${position} of ${last}`);
    this.#counter.textContent = `${position} / ${last}`;
    this.#bar.toggleAttribute('data-empty', length < 2);
    back.disabled = position === 0;
    forward.disabled = position >= last;
    play.textContent = playing ? '❚❚' : '▶';
    play.setAttribute('aria-label', playing ? 'Pause' : 'Play');
  }
}
