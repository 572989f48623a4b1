import type { DemoRun } from '../src/editor/messages';
import { canvasAt, type TraceCell } from '../src/editor/trace';
import { byId } from './demo-dom';

/** The canvas: the text around the holes and their cells, each as the step shown has left it. */
export class Stage {
  readonly #canvas = byId('canvas', HTMLDivElement);
  readonly #unmasked = byId('unmasked', HTMLDivElement);
  readonly #counters = {
    step: byId('step', HTMLElement),
    t: byId('t', HTMLElement),
    forwards: byId('forwards', HTMLElement),
    ms: byId('ms', HTMLElement),
  };
  /** What the page shows, to change only what a step changed: else every cell would fade in anew. */
  #shown: { readonly around: readonly string[]; readonly holes: HTMLSpanElement[] } | undefined;
  #cells = new WeakMap<HTMLSpanElement, string>();

  draw(run: DemoRun, position: number): void {
    const step = run.steps[position];
    const { step: stepOf, t, forwards, ms } = this.#counters;
    const of = run.running ? '' : ` / ${run.steps.at(-1)?.index ?? 0}`;
    stepOf.textContent = step ? `${step.index}${of}` : '–';
    t.textContent = step ? step.t.toFixed(2) : '–';
    forwards.textContent = step ? String(step.forwards) : '–';
    ms.textContent = step ? String(Math.round(step.ms)) : '–';
    this.#unmasked.style.setProperty('--unmasked', String(step ? 1 - step.t : 0));

    const holes = this.#holes(run.around);
    const cells = canvasAt(run.steps, position);
    holes.forEach((hole, i) => this.#drawHole(hole, cells[i] ?? [], step?.index ?? -1));
  }

  #holes(around: readonly string[]): HTMLSpanElement[] {
    if (this.#shown?.around.join('\0') === around.join('\0')) return this.#shown.holes;
    const holes = around.slice(1).map(() => document.createElement('span'));
    this.#canvas.replaceChildren(
      ...around.flatMap((text, i) => {
        const context = document.createElement('span');
        context.className = 'context';
        context.textContent = text;
        return i === 0 ? [context] : [holes[i - 1]!, context];
      }),
    );
    this.#shown = { around, holes };
    return holes;
  }

  #drawHole(hole: HTMLSpanElement, cells: readonly TraceCell[], step: number): void {
    while (hole.childElementCount > cells.length) hole.lastElementChild!.remove();
    while (hole.childElementCount < cells.length) hole.append(document.createElement('span'));
    cells.forEach((cell, i) => this.#drawCell(hole.children[i] as HTMLSpanElement, cell, step));
  }

  #drawCell(element: HTMLSpanElement, cell: TraceCell, step: number): void {
    const fresh = !cell.masked && cell.step === step;
    const key = JSON.stringify([cell, fresh]);
    if (this.#cells.get(element) === key) return;
    this.#cells.set(element, key);
    element.className = cell.masked ? 'cell masked' : `cell committed${fresh ? ' fresh' : ''}`;
    element.style.setProperty('--confidence', cell.confidence.toFixed(3));
    element.title = cell.masked
      ? 'masked'
      : `${JSON.stringify(cell.text)}, step ${cell.step}, probability ${cell.confidence.toFixed(3)}`;
    element.replaceChildren(...tokenNodes(cell.text));
  }
}

/** The token's text, with a sign before every newline and tab. */
function tokenNodes(text: string): Node[] {
  return text.split(/(\r?\n|\t)/).flatMap((part) => {
    if (part === '') return [];
    if (part !== '\t' && !part.endsWith('\n')) return [document.createTextNode(part)];
    const sign = document.createElement('span');
    sign.className = 'sign';
    sign.textContent = part === '\t' ? '→' : '⏎';
    return [sign, document.createTextNode(part)];
  });
}
