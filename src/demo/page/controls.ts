import { HOLE_MARK, type DemoLane, type DemoRun } from '../run';
import { presentOrder, REMASKINGS, SCHEDULES, UNMASKING_ORDERS } from '../../engine/index';
import { byId } from './dom';

/** The form's values by field name, as the page saves them. */
export type Choices = Readonly<Record<string, string>>;

export interface ControlEvents {
  readonly changed: () => void;
  readonly run: () => void;
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
  readonly #app = byId('app', HTMLDivElement);
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
      events.run();
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      // A number out of range must not keep a run from being stopped.
      if (this.#running) events.stop();
      else this.#form.requestSubmit();
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
    this.#run.formNoValidate = running;
  }

  get choices(): Choices {
    return Object.fromEntries(
      [...new FormData(this.#form)].map(([name, value]) => [name, typeof value === 'string' ? value : '']),
    );
  }

  set choices(choices: Choices) {
    for (const [name, value] of Object.entries(choices)) {
      const field = this.#form.elements.namedItem(name);
      if (field && 'value' in field) field.value = name === 'order' ? presentOrder(value) : value;
    }
    this.#update();
  }

  /** Makes the run that is asked for: its lanes have no steps yet. */
  get request(): DemoRun {
    const { choices } = this;
    const number = (name: string): number => Number(choices[name]);
    const from = choices['from'] === 'text' ? 'text' : 'nothing';
    return {
      from,
      around: from === 'text' ? (choices['text'] ?? '').replaceAll('\r\n', '\n').split(HOLE_MARK) : ['', ''],
      settings: {
        steps: number('steps'),
        schedule: oneOf(SCHEDULES, choices['schedule']),
        order: oneOf(UNMASKING_ORDERS, choices['order'], 'confidence'),
        threshold: number('threshold'),
        temperature: number('temperature'),
        remasking: oneOf(REMASKINGS, choices['remasking']),
        ...(choices['remaskingStrength'] ? { remaskingStrength: number('remaskingStrength') } : {}),
        seed: number('seed'),
      },
      lanes: lanesOf(choices, number(from === 'text' ? 'holeTokens' : 'tokens')),
    };
  }

  /** Puts the mark in place of the selected text; where nothing is selected, at the cursor. */
  #maskSelection(): void {
    const { selectionStart, selectionEnd } = this.#text;
    this.#text.setRangeText(HOLE_MARK, selectionStart, selectionEnd, 'end');
  }

  /** Shows the fields that matter for what is chosen; those that do not keep their values and must not block a run. */
  #update(): void {
    const { choices } = this;
    this.#source.hidden = choices['from'] !== 'text';
    for (const name of ['from', 'mode', 'remasking']) this.#app.dataset[name] = choices[name] ?? '';
    for (const label of this.#form.querySelectorAll<HTMLLabelElement>('.fields label')) {
      const input = label.querySelector('input');
      if (input && input.name !== 'remaskingStrength')
        input.required = getComputedStyle(label).display !== 'none';
    }
  }
}

function lanesOf(choices: Choices, tokens: number): DemoLane[] {
  const sampling = choices['sampling'] === 'multinomial' ? 'multinomial' : 'greedy';
  switch (choices['mode']) {
    case 'samplings':
      return (['greedy', 'multinomial'] as const).map((each) => ({
        label: each,
        sampling: each,
        tokens,
        steps: [],
      }));
    case 'lengths':
      return (choices['lengths'] ?? '')
        .split(/[\s,]+/)
        .filter((length) => length !== '')
        .map((length) => ({
          label: length === '1' ? '1 token' : `${length} tokens`,
          sampling,
          tokens: Number(length),
          steps: [],
        }));
    default:
      return [{ label: sampling, sampling, tokens, steps: [] }];
  }
}

function oneOf<T extends string>(names: readonly T[], value: string | undefined, otherwise = names[0]!): T {
  return names.find((name) => name === value) ?? otherwise;
}
