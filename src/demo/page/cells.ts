import type { TraceCell } from '../trace';
import { visibleParts, visibleText } from '../visible-text';
import { percent } from '../../display/percent';
import { create } from './dom';

/** How a cell stands at the step shown. */
export interface CellPicture {
  readonly cell: TraceCell;
  /** Committed by the very step shown. */
  readonly fresh: boolean;
  readonly selected: boolean;
  /** The text that stands here in the end: the room a mask takes in running text. */
  readonly final: string | undefined;
  /** Its probability before an edit that has made it improbable. */
  readonly was: number | undefined;
}

/** Draws a hole's cells, each a button; changes only what a step changed, else every cell would fade in anew. */
export class HoleView {
  readonly element = create('span', 'hole');
  readonly #drawn = new WeakMap<Element, string>();

  draw(cells: readonly CellPicture[]): void {
    while (this.element.childElementCount > cells.length) this.element.lastElementChild!.remove();
    while (this.element.childElementCount < cells.length) this.element.append(newCell());
    cells.forEach((cell, i) => this.#drawCell(this.element.children[i] as HTMLElement, cell, i));
  }

  cell(index: number): HTMLElement | undefined {
    return this.element.children[index] as HTMLElement | undefined;
  }

  #drawCell(element: HTMLElement, picture: CellPicture, index: number): void {
    const { cell, fresh, selected, final, was } = picture;
    const { masked, locked, confidence, text, step } = cell;
    const key = JSON.stringify([masked, locked, confidence, text, step, fresh, selected, final, was]);
    if (this.#drawn.get(element) === key) return;
    this.#drawn.set(element, key);
    const state = masked ? 'masked' : `committed${fresh ? ' fresh' : ''}${locked ? ' locked' : ''}`;
    element.className = `cell ${state}${selected ? ' selected' : ''}${was === undefined ? '' : ' doubted'}`;
    if (selected) element.setAttribute('aria-current', 'true');
    else element.removeAttribute('aria-current');
    element.style.setProperty('--confidence', confidence.toFixed(3));
    element.setAttribute('aria-label', `${index + 1}: ${describe(cell, was)}`);
    const given = String(Math.round(confidence * 100));
    const shown = was === undefined ? given : `${Math.round(was * 100)} ↘ ${given}`;
    element.dataset['percent'] = masked ? '' : shown;
    if (masked && final) element.dataset['final'] = roomOf(final);
    else delete element.dataset['final'];
    const token = create('span', 'token');
    token.append(...tokenNodes(text));
    element.replaceChildren(token);
  }
}

function newCell(): HTMLElement {
  const element = create('span', 'cell masked');
  element.setAttribute('role', 'button');
  element.tabIndex = -1;
  return element;
}

/** Describes a cell in words. */
function describe({ masked, text, confidence, step, locked }: TraceCell, was: number | undefined): string {
  if (masked) return 'masked';
  const facts = [`“${visibleText(text)}”`, percent(confidence)];
  if (was !== undefined) facts.push(`${percent(was)} before the edit`);
  if (step > 0) facts.push(`step ${step}`);
  if (locked) facts.push('locked');
  return facts.join(', ');
}

/** The token's text; what cannot be seen of it has a sign, which the stylesheet draws and nobody copies. */
function tokenNodes(text: string): Node[] {
  return visibleParts(text).map((part) => {
    if (part.sign === '') return document.createTextNode(part.text);
    const space = create('span', part.text.endsWith('\n') ? 'sign newline' : 'sign', part.text);
    space.dataset['sign'] = part.sign;
    return space;
  });
}

function roomOf(text: string): string {
  return visibleParts(text)
    .map((part) => (part.text.endsWith('\n') ? `⏎${part.text}` : part.text))
    .join('');
}
