import type { LaneCell } from '../edits';
import { byId } from './dom';
import { LaneView } from './lane';
import type { LanePicture } from './pictures';

export interface StageEvents {
  readonly selected: (cell: LaneCell) => void;
  /** A key pressed on a token, by its name in lower case. */
  readonly key: (key: string) => boolean;
}

/** The lanes beside each other, and the ways from token to token. */
export class Stage {
  readonly #element = byId('lanes', HTMLDivElement);
  #lanes: LaneView[] = [];
  /** The run's lane that each of them shows. */
  #numbers: readonly (number | undefined)[] = [];

  constructor(private readonly events: StageEvents) {
    this.#element.addEventListener('focusin', ({ target }) => {
      const cell = this.#cellOf(target);
      if (cell) events.selected(cell);
    });
    this.#element.addEventListener('keydown', (event) => this.#keyDown(event));
  }

  draw(pictures: readonly LanePicture[], view: string): void {
    this.#element.dataset['view'] = view;
    this.#element.dataset['count'] = String(pictures.length);
    if (this.#lanes.length !== pictures.length) {
      this.#lanes = pictures.map(() => new LaneView());
      this.#element.replaceChildren(...this.#lanes.map(({ element }) => element));
    }
    this.#numbers = pictures.map(({ lane }) => lane);
    pictures.forEach((picture, i) => this.#lanes[i]!.draw(picture));
  }

  focus(cell: LaneCell): void {
    this.#lanes[this.#numbers.indexOf(cell.lane)]?.cell(cell)?.focus();
  }

  #cellOf(target: EventTarget | null): LaneCell | undefined {
    if (!(target instanceof Element) || !target.classList.contains('cell')) return undefined;
    for (const [i, view] of this.#lanes.entries()) {
      const cell = view.whereIs(target);
      const lane = this.#numbers[i];
      if (cell && lane !== undefined) return { lane, ...cell };
    }
    return undefined;
  }

  #keyDown(event: KeyboardEvent): void {
    const { target, key } = event;
    if (!(target instanceof HTMLElement) || !target.classList.contains('cell') || event.altKey) return;
    const withControl = event.ctrlKey || event.metaKey;
    const next = withControl ? undefined : neighbour(target, key);
    if (next) next.focus();
    else if (!this.#cellOf(target)) return;
    else if (!this.events.key((withControl ? 'control+' : '') + key.toLowerCase())) return;
    event.preventDefault();
  }
}

/** The token that a key leads to, in the same lane. */
function neighbour(cell: HTMLElement, key: string): HTMLElement | undefined {
  const cells = [...cell.closest('.canvas')!.querySelectorAll<HTMLElement>('.cell')];
  const at = cells.indexOf(cell);
  switch (key) {
    case 'ArrowLeft':
      return cells[at - 1];
    case 'ArrowRight':
      return cells[at + 1];
    case 'Home':
      return cells[0];
    case 'End':
      return cells.at(-1);
    case 'ArrowUp':
      return nearest(cell, cells.slice(0, at).reverse(), -1);
    case 'ArrowDown':
      return nearest(cell, cells.slice(at + 1), 1);
    default:
      return undefined;
  }
}

/** Of the cells in the next row, the one most nearly above or below. */
function nearest(cell: HTMLElement, cells: readonly HTMLElement[], down: 1 | -1): HTMLElement | undefined {
  const { left, top, height } = cell.getBoundingClientRect();
  const boxes = cells.map((each) => ({ each, box: each.getBoundingClientRect() }));
  const rows = boxes.filter(({ box }) => (box.top - top) * down > height / 2);
  const row = rows[0]?.box.top ?? 0;
  const inRow = rows.filter(({ box }) => Math.abs(box.top - row) < height / 2);
  return inRow.sort((a, b) => Math.abs(a.box.left - left) - Math.abs(b.box.left - left))[0]?.each;
}
