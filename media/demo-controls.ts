import { HOLE_MARK, type DemoRequest } from '../src/editor/messages';
import { byId } from './demo-dom';

/** The form's values by field name, as the page saves them. */
export type Choices = Readonly<Record<string, string>>;

export interface ControlEvents {
  readonly changed: () => void;
  readonly run: (request: DemoRequest) => void;
  readonly stop: () => void;
}

const EXAMPLE = `/** Sums the numbers of a list. */
function sum(numbers) {
  let total = 0;
  for (const ${HOLE_MARK}) {
    total += number;
  }
  return total;
}
`;

/** The form: what to generate and how, Run and Stop. */
export class Controls {
  readonly #form = byId('form', HTMLFormElement);
  readonly #source = byId('source', HTMLDivElement);
  readonly #text = byId('text', HTMLTextAreaElement);
  readonly #run = byId('run', HTMLButtonElement);
  #running = false;

  constructor(events: ControlEvents) {
    this.#text.value = EXAMPLE;
    this.#form.addEventListener('input', () => {
      this.#update();
      events.changed();
    });
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.#running) {
        events.stop();
        return;
      }
      const { value, selectionStart, selectionEnd } = this.#text;
      if (!value.includes(HOLE_MARK) && selectionEnd > selectionStart) this.#maskSelection();
      events.run(this.request);
      events.changed();
    });
    byId('mask', HTMLButtonElement).addEventListener('click', () => {
      this.#maskSelection();
      this.#text.focus();
      events.changed();
    });
    this.#update();
  }

  set running(running: boolean) {
    this.#running = running;
    this.#run.textContent = running ? 'Stop' : 'Run';
  }

  get choices(): Choices {
    return Object.fromEntries(
      [...new FormData(this.#form)].map(([name, value]) => [name, typeof value === 'string' ? value : '']),
    );
  }

  set choices(choices: Choices) {
    for (const [name, value] of Object.entries(choices)) {
      const field = this.#form.elements.namedItem(name);
      if (field && 'value' in field) field.value = value;
    }
    this.#update();
  }

  get request(): DemoRequest {
    const { choices } = this;
    const from = choices['from'] === 'text' ? 'text' : 'nothing';
    return {
      from,
      text: choices['text'] ?? '',
      tokens: Number(from === 'text' ? choices['holeTokens'] : choices['tokens']),
      steps: Number(choices['steps']),
      sampling: choices['sampling'] === 'multinomial' ? 'multinomial' : 'greedy',
      temperature: Number(choices['temperature']),
      order: choices['order'] === 'random' ? 'random' : 'confidence',
      seed: Number(choices['seed']),
    };
  }

  /** Puts the mark in place of the selected text; where nothing is selected, at the cursor. */
  #maskSelection(): void {
    const { selectionStart, selectionEnd } = this.#text;
    this.#text.setRangeText(HOLE_MARK, selectionStart, selectionEnd, 'end');
  }

  #update(): void {
    const { from } = this.request;
    this.#source.hidden = from !== 'text';
    this.#form.parentElement?.setAttribute('data-from', from);
  }
}
