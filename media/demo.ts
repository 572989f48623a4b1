import {
  HOLE_MARK,
  type DemoMessage,
  type DemoRequest,
  type DemoRun,
  type PageMessage,
} from '../src/editor/messages';
import { Controls, type Choices } from './demo-controls';
import { byId } from './demo-dom';
import { Player } from './demo-player';
import { Stage } from './demo-stage';

/** What survives hiding the page and reloading the window. */
interface SavedState {
  readonly choices: Choices;
  readonly run: DemoRun | undefined;
  readonly position: number;
}

const DEFAULT_PREVIEW = 8;
const MOST_PREVIEWED = 1024;

interface VsCodeApi {
  postMessage(message: PageMessage): void;
  getState(): SavedState | undefined;
  setState(state: SavedState): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const vscode = acquireVsCodeApi();
const stage = new Stage();
const status = byId('status', HTMLParagraphElement);
let run: DemoRun | undefined;

const player = new Player((position) => {
  if (!run) return;
  stage.draw(run, position);
  if (!run.running) saveSoon();
});
const controls = new Controls({
  changed: () => {
    if (!run) stage.draw(beforeRun(controls.request), 0);
    saveSoon();
  },
  run: (request) => vscode.postMessage({ type: 'run', request }),
  stop: () => vscode.postMessage({ type: 'stop' }),
});

function save(): void {
  vscode.setState({ choices: controls.choices, run, position: player.position });
}

let saving: ReturnType<typeof setTimeout> | undefined;

/** A trace of hundreds of steps is not written at every key and every step of a replay. */
function saveSoon(): void {
  clearTimeout(saving);
  saving = setTimeout(save, 150);
}

function say(text: string, problem = false): void {
  status.textContent = text;
  status.classList.toggle('problem', problem);
}

function show(shown: DemoRun, position: number): void {
  run = shown;
  controls.running = shown.running;
  player.reset(shown.steps.length, position, shown.running);
  stage.draw(shown, position);
  say(describe(shown), !shown.running && shown.problem !== undefined);
}

/** What a run would start from, as far as can be told before the engine has looked at it. */
function beforeRun({ from, text, tokens }: DemoRequest): DemoRun {
  const around = from === 'text' ? text.split(HOLE_MARK) : ['', ''];
  const length = tokens > 0 && tokens <= MOST_PREVIEWED ? tokens : DEFAULT_PREVIEW;
  const mask = { text: '', masked: true, confidence: 0, step: -1 };
  const lengths = around.slice(1).map(() => length);
  const changes = lengths.flatMap((cells, hole) =>
    Array.from({ length: cells }, (_, index) => ({ hole, index, cell: mask })),
  );
  const start = { index: 0, t: 1, forwards: 0, ms: 0, done: false, lengths, changes };
  return { around, steps: [start], running: false };
}

function describe({ running, problem, steps }: DemoRun): string {
  const last = steps.at(-1);
  if (running) return last ? 'Unmasking…' : 'Reading the context…';
  if (problem !== undefined) return problem;
  return last ? `Done: ${last.index} steps, ${last.forwards} forwards, ${Math.round(last.ms)} ms.` : '';
}

function receive(message: DemoMessage): void {
  switch (message.type) {
    case 'run': {
      // Sent again after the page was hidden: whoever looked at a step in the middle goes on looking at it.
      const again = !message.run.running && message.run.steps.length === run?.steps.length;
      show(message.run, again ? player.position : message.run.steps.length - 1);
      save();
      break;
    }
    case 'step':
      if (!run) return;
      run = { ...run, steps: [...run.steps, message.step] };
      if (run.steps.length === 1) say(describe(run));
      player.extend(run.steps.length);
      break;
    case 'ended':
      if (!run) return;
      run = {
        ...run,
        running: false,
        ...(message.problem === undefined ? {} : { problem: message.problem }),
      };
      controls.running = false;
      player.finish();
      stage.draw(run, player.position);
      say(describe(run), message.problem !== undefined);
      save();
      break;
  }
}

const saved = vscode.getState();
if (saved) {
  controls.choices = saved.choices;
  // A run that was under way is sent again by the extension; if it is gone, what came of it is kept.
  if (saved.run) show({ ...saved.run, running: false }, saved.position);
}
if (!run) {
  stage.draw(beforeRun(controls.request), 0);
  say('Every mask is a token that the model has still to decide.');
}
window.addEventListener('message', (event: MessageEvent<DemoMessage>) => receive(event.data));
vscode.postMessage({ type: 'ready' });
