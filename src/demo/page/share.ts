import type { Colour, Palette } from '../colour';
import type { DemoRun } from '../run';
import { animatedSvg } from '../svg';
import { MOST_TRACE_BYTES, readTraceFile, TraceFileError, writeTraceFile } from '../trace-file';
import { byId } from './dom';

export interface ShareEvents {
  /** The run that is shown, and its display. */
  readonly shown: () =>
    | { readonly run: DemoRun; readonly view: 'grid' | 'text'; readonly speed: number }
    | undefined;
  readonly save: (name: string, content: string) => void;
  readonly opened: (run: DemoRun, name: string) => void;
  readonly failed: (problem: string) => void;
}

/** The buttons that save and open. */
export class Share {
  readonly #open = byId('open', HTMLButtonElement);
  readonly #save = byId('save', HTMLButtonElement);
  readonly #picture = byId('picture', HTMLButtonElement);
  readonly #file = byId('file', HTMLInputElement);

  constructor(events: ShareEvents) {
    this.#open.addEventListener('click', () => this.#file.click());
    this.#file.addEventListener('change', () => {
      const [file] = this.#file.files ?? [];
      // So that the same file can be opened again.
      if (file) void open(file, events).finally(() => (this.#file.value = ''));
    });
    this.#save.addEventListener('click', () => {
      const shown = events.shown();
      if (shown) events.save('llada-trace.json', writeTraceFile(shown.run));
    });
    this.#picture.addEventListener('click', () => {
      const shown = events.shown();
      if (shown) events.save('llada-unmasking.svg', animatedSvg(shown.run, { ...shown, palette: palette() }));
    });
  }

  /** @param running nothing can be opened then @param empty nothing can be saved then */
  update(running: boolean, empty: boolean): void {
    this.#open.disabled = running;
    this.#save.disabled = running || empty;
    this.#picture.disabled = running || empty;
  }
}

async function open(file: File, events: ShareEvents): Promise<void> {
  try {
    if (file.size > MOST_TRACE_BYTES) {
      throw new TraceFileError(
        `This file is larger than any trace that can be opened (${MOST_TRACE_BYTES / 1024 / 1024} MB). Choose another one.`,
      );
    }
    events.opened(readTraceFile(await file.text()), file.name);
  } catch (error) {
    const why =
      error instanceof TraceFileError
        ? error.message
        : 'It could not be read. Check that it is still there and that you may read it.';
    events.failed(`${file.name}: ${why}`);
  }
}

/** The theme's colours as they are now. */
function palette(): Palette {
  const style = getComputedStyle(document.body);
  const over = (name: string, below?: Colour): Colour => resolve(style.getPropertyValue(name), below);
  const background = over('--vscode-editor-background');
  return {
    background,
    foreground: over('--vscode-editor-foreground', background),
    faint: over('--faint', background),
    mask: over('--mask', background),
    low: over('--low', background),
    medium: over('--medium', background),
    high: over('--high', background),
  };
}

/** A colour of CSS as the browser paints it over another one. */
function resolve(colour: string, [red, green, blue]: Colour = [0, 0, 0]): Colour {
  const painter = document.createElement('canvas').getContext('2d')!;
  painter.fillStyle = `rgb(${red} ${green} ${blue})`;
  painter.fillRect(0, 0, 1, 1);
  painter.fillStyle = colour;
  painter.fillRect(0, 0, 1, 1);
  const [r, g, b] = painter.getImageData(0, 0, 1, 1).data;
  return [r!, g!, b!];
}
