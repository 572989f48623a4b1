import { byId } from './dom';

export interface ViewEvents {
  readonly changed: () => void;
  readonly heat: (on: boolean) => void;
}

/** How the lanes are shown: as a grid or as text, and as a heat map. */
export class Views {
  readonly #views = [...byId('views', HTMLFieldSetElement).querySelectorAll('input')];
  readonly #heat = byId('heat', HTMLButtonElement);
  readonly #scale = byId('scale-label', HTMLSpanElement);

  constructor(events: ViewEvents) {
    for (const view of this.#views) view.addEventListener('change', () => events.changed());
    this.#heat.addEventListener('click', () =>
      events.heat(this.#heat.getAttribute('aria-pressed') !== 'true'),
    );
    const help = byId('shortcuts', HTMLDialogElement);
    byId('help', HTMLButtonElement).addEventListener('click', () => help.showModal());
  }

  get view(): 'grid' | 'text' {
    return this.#views.find(({ checked }) => checked)?.value === 'text' ? 'text' : 'grid';
  }

  set view(view: 'grid' | 'text') {
    for (const input of this.#views) input.checked = input.value === view;
  }

  /** @param possible whether there is a finished text to score */
  update(heat: boolean, possible: boolean): void {
    this.#heat.setAttribute('aria-pressed', String(heat));
    this.#heat.disabled = !possible && !heat;
    this.#scale.textContent = heat ? 'probability 0 → 1' : 'confidence 0 → 1';
  }
}
