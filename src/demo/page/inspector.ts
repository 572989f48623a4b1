import type { TraceCell } from '../trace';
import { visibleText } from '../visible-text';
import { percent } from '../../display/percent';
import type { Alternative } from '../../engine/index';
import { byId, create } from './dom';
import type { InspectorPicture } from './pictures';

/** The changes that the user can ask for: of a token, and of the canvas it stands on. */
export interface InspectorEvents {
  readonly lock: () => void;
  readonly remask: () => void;
  readonly remaskRest: () => void;
  readonly choose: (alternative: Alternative) => void;
  readonly write: (text: string) => void;
  readonly undo: () => void;
  readonly goOn: () => void;
  /** Back to the token. */
  readonly leave: () => void;
}

/** The token that was chosen: what is known of it, what else could stand there, what can be done. */
export class Inspector {
  readonly #element = byId('inspector', HTMLElement);
  readonly #token = byId('token', HTMLSpanElement);
  readonly #facts = byId('facts', HTMLParagraphElement);
  readonly #alternatives = byId('alternatives', HTMLDivElement);
  readonly #form = byId('edit-form', HTMLFormElement);
  readonly #text = byId('edit-text', HTMLInputElement);
  readonly #buttons = {
    lock: byId('lock', HTMLButtonElement),
    remask: byId('remask', HTMLButtonElement),
    edit: byId('edit', HTMLButtonElement),
    remaskRest: byId('remask-rest', HTMLButtonElement),
    undo: byId('undo', HTMLButtonElement),
    goOn: byId('go-on', HTMLButtonElement),
  };
  #drawn = '';
  #cell: TraceCell | undefined;

  constructor(private readonly events: InspectorEvents) {
    const { lock, remask, edit, remaskRest, undo, goOn } = this.#buttons;
    lock.addEventListener('click', () => events.lock());
    remask.addEventListener('click', () => events.remask());
    edit.addEventListener('click', () => this.edit());
    remaskRest.addEventListener('click', () => events.remaskRest());
    undo.addEventListener('click', () => events.undo());
    goOn.addEventListener('click', () => events.goOn());
    byId('edit-cancel', HTMLButtonElement).addEventListener('click', () => this.#leaveEditing());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = unescape(this.#text.value);
      this.#leaveEditing();
      events.write(text);
    });
    this.#element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      if (this.#form.hidden) events.leave();
      else this.#leaveEditing();
    });
  }

  draw(picture: InspectorPicture): void {
    const key = JSON.stringify(picture);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const { cell, changeable } = picture;
    this.#cell = cell;
    const { lock, remask, edit, remaskRest, undo, goOn } = this.#buttons;
    lock.disabled = !changeable || !cell || cell.masked;
    lock.setAttribute('aria-pressed', String(cell?.locked === true));
    lock.textContent = cell?.locked ? 'Unlock' : 'Lock';
    remask.disabled = !changeable || !cell || cell.masked;
    edit.disabled = !changeable || !cell;
    remaskRest.disabled = !picture.canRemaskRest;
    undo.disabled = !picture.canUndo;
    goOn.disabled = !picture.canGoOn;
    if (edit.disabled) this.#form.hidden = true;
    this.#drawFacts(cell);
    this.#drawAlternatives(cell, changeable);
  }

  /** Opens the field to write another text for the token. */
  edit(): void {
    if (this.#buttons.edit.disabled) return;
    this.#form.hidden = false;
    this.#text.value = escape(this.#cell?.text ?? '');
    this.#text.select();
    this.#text.focus();
  }

  /** To what can be done first. */
  focus(): void {
    const first = this.#element.querySelector<HTMLButtonElement>(
      '.alternatives button:enabled, .actions button:enabled',
    );
    first?.focus();
  }

  #leaveEditing(): void {
    this.#form.hidden = true;
    this.events.leave();
  }

  #drawFacts(cell: TraceCell | undefined): void {
    this.#element.classList.toggle('empty', !cell);
    this.#token.classList.toggle('masked', cell?.masked === true);
    this.#token.replaceChildren(...(cell && !cell.masked ? [visibleText(cell.text)] : []));
    this.#facts.textContent = factsOf(cell);
  }

  #drawAlternatives(cell: TraceCell | undefined, changeable: boolean): void {
    this.#alternatives.replaceChildren(
      ...(cell?.alternatives ?? []).map((alternative) => {
        const { text, probability, token } = alternative;
        const button = create('button', 'alternative');
        button.type = 'button';
        button.append(
          create('span', 'token', visibleText(text)),
          ' ',
          create('span', 'percent', percent(probability)),
        );
        button.style.setProperty('--probability', probability.toFixed(3));
        if (token === cell?.token) button.setAttribute('aria-current', 'true');
        button.disabled = !changeable;
        button.addEventListener('click', () => this.events.choose(alternative));
        return button;
      }),
    );
  }
}

function factsOf(cell: TraceCell | undefined): string {
  if (!cell) return 'Choose a token to see what else could stand there, and to change it.';
  if (cell.masked) return 'Masked: the model has still to decide.';
  const facts = [percent(cell.confidence), `token ${cell.token}`];
  if (cell.step > 0) facts.push(`step ${cell.step}`);
  if (cell.locked) facts.push('locked');
  return facts.join(' · ');
}

/** A token's text on one line, and back. */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };

function unescape(text: string): string {
  return text.replace(/\\([nrt\\])/g, (_, name: string) => ESCAPES[name]!);
}
