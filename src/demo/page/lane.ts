import type { HoleCell } from '../edits';
import { HoleView } from './cells';
import { create } from './dom';
import type { LanePicture } from './pictures';

/** Text that stays in sight above the hole that was scrolled to, px. */
const MARGIN = 80;

/** One lane: its name and figures, how far it is, and its canvas. */
export class LaneView {
  readonly element = create('section', 'lane');
  readonly #label = create('h2');
  readonly #figures = create('dl', 'figures');
  readonly #unmasked = create('div');
  readonly #canvas = create('div', 'canvas');
  readonly #problem = create('p', 'problem');
  #around: readonly string[] | undefined;
  #holes: HoleView[] = [];

  constructor() {
    const header = create('header');
    header.append(this.#label, this.#figures);
    const progress = create('div', 'progress');
    progress.setAttribute('aria-hidden', 'true');
    progress.append(this.#unmasked);
    // Not a region for a screen reader: the lane is one already. It scrolls, so the keyboard must reach it.
    this.#canvas.setAttribute('role', 'group');
    this.element.append(header, progress, this.#canvas, this.#problem);
    // More lanes leave each less room.
    new ResizeObserver(() => this.#reveal()).observe(this.#canvas);
  }

  draw(picture: LanePicture): void {
    const { label, canvas, final, position, selected } = picture;
    this.element.setAttribute('aria-label', label);
    this.#canvas.setAttribute('aria-label', `Tokens, ${label}`);
    this.#label.textContent = label;
    this.element.classList.toggle('best', picture.best);
    this.element.classList.toggle('heat', picture.heat);
    this.#unmasked.style.setProperty('--unmasked', String(1 - picture.t));
    this.#drawFigures(picture.figures);
    this.#problem.textContent = picture.problem ?? '';
    this.#problem.hidden = picture.problem === undefined;
    const anew = this.#layOut(picture.around) || !this.#firstCell;
    this.#holes.forEach((hole, i) =>
      hole.draw(
        (canvas[i] ?? []).map((cell, index) => ({
          cell,
          fresh: !cell.masked && cell.step === position && position > 0,
          selected: selected?.hole === i && selected.index === index,
          final: final?.[i]?.[index]?.text,
          was: picture.doubted[i]?.get(index),
        })),
      ),
    );
    this.#makeReachable(selected);
    if (anew) this.#reveal();
  }

  cell({ hole, index }: HoleCell): HTMLElement | undefined {
    return this.#holes[hole]?.cell(index);
  }

  get #firstCell(): HTMLElement | undefined {
    return this.cell({ hole: 0, index: 0 });
  }

  /** Which cell an element draws. */
  whereIs(element: Element): HoleCell | undefined {
    for (const [hole, { element: parent }] of this.#holes.entries()) {
      const index = [...parent.children].indexOf(element);
      if (index >= 0) return { hole, index };
    }
    return undefined;
  }

  /** One cell of a lane is in the order of Tab; the arrow keys reach the others. */
  #makeReachable(selected: HoleCell | undefined): void {
    const reachable = (selected && this.cell(selected)) ?? this.#firstCell;
    for (const cell of this.#canvas.querySelectorAll<HTMLElement>('.cell[tabindex="0"]')) {
      if (cell !== reachable) cell.tabIndex = -1;
    }
    if (reachable) reachable.tabIndex = 0;
    this.#canvas.tabIndex = reachable ? -1 : 0;
  }

  #drawFigures(figures: LanePicture['figures']): void {
    while (this.#figures.childElementCount > figures.length) this.#figures.lastElementChild!.remove();
    while (this.#figures.childElementCount < figures.length) {
      const row = create('div');
      row.append(create('dt'), create('dd'));
      this.#figures.append(row);
    }
    figures.forEach(([name, value], i) => {
      const row = this.#figures.children[i]!;
      row.firstElementChild!.textContent = name;
      row.lastElementChild!.textContent = value;
    });
  }

  /** Scrolls to the first hole where it is not in sight. */
  #reveal(): void {
    const first = this.#firstCell;
    const last = this.#holes[0]?.element.lastElementChild;
    if (!first || !last) return;
    const below = last.getBoundingClientRect().bottom - this.#canvas.getBoundingClientRect().bottom;
    this.#canvas.scrollTop = below > 0 ? first.offsetTop - MARGIN : 0;
  }

  /** @returns whether the text around the holes is another than before */
  #layOut(around: readonly string[]): boolean {
    if (this.#around?.join('\0') === around.join('\0')) return false;
    this.#around = around;
    this.#holes = around.slice(1).map(() => new HoleView());
    this.#canvas.replaceChildren(
      ...around.flatMap((text, i) => {
        const context = create('span', 'context', text);
        return i === 0 ? [context] : [this.#holes[i - 1]!.element, context];
      }),
    );
    return true;
  }
}
