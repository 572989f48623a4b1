import { choose, remask, remaskBelow, toggleLock, write } from '../edits';
import type { HostMessage } from '../messages';
import { HOLE_MARK, type DemoLane, type DemoRun } from '../run';
import { canvasAt, withEdit, type TraceCanvas } from '../trace';
import { Controls } from './controls';
import { byId } from './dom';
import { ending, isDone, withSteps } from './endings';
import { heatMap } from './heat-map';
import { Host } from './host';
import { Inspector } from './inspector';
import { picturesOf, previewOf } from './pictures';
import { Player } from './player';
import { StateKeeper } from './saved-state';
import { Share } from './share';
import { Stage, type LanePlace } from './stage';
import { chooseTheme } from './theme';
import { connect } from './transport';
import { Views } from './views';

/** The page: what is shown, and what happens to it. */
class Page {
  #run: DemoRun | undefined;
  #running = false;
  #selected: LanePlace | undefined;
  #heat: readonly TraceCanvas[] | undefined;
  readonly #before: { readonly run: DemoRun; readonly position: number }[] = [];
  readonly #transport = connect();
  readonly #keeper = new StateKeeper(this.#transport, () => ({
    choices: this.#controls.choices,
    run: this.#run,
    position: this.#player.playback.position,
    view: this.#views.view,
  }));
  readonly #status = byId('status', HTMLParagraphElement);
  readonly #host = new Host(
    this.#transport,
    (message) => this.#receive(message),
    () => this.#lose(),
  );
  readonly #views = new Views({
    changed: () => {
      this.#draw();
      // At once: of a window that is reloaded right after, what is kept later is lost.
      this.#keeper.save();
    },
    heat: (on) => void this.#setHeat(on),
  });
  readonly #controls = new Controls({
    changed: () => this.#changed(),
    run: () => this.#start(),
    stop: () => this.#host.post({ type: 'stop' }),
  });
  readonly #stage = new Stage({
    selected: (place) => {
      this.#selected = place;
      this.#draw();
    },
    key: (key) => this.#key(key),
  });
  readonly #inspector = new Inspector({
    lock: () => this.#edit('changed', (canvas, place) => toggleLock(canvas, place)),
    remask: () => this.#edit('remasked', (canvas, place) => remask(canvas, place)),
    remaskRest: () =>
      this.#edit('every token that is not locked remasked', (canvas) => remaskBelow(canvas, Infinity)),
    choose: (alternative) =>
      this.#edit('replaced and locked', (canvas, place, step) => choose(canvas, place, alternative, step)),
    write: (text) => void this.#write(text),
    undo: () => this.#undo(),
    goOn: () => this.#goOn(),
    leave: () => this.#selected && this.#stage.focus(this.#selected),
  });
  readonly #share = new Share({
    shown: () => this.#run && { run: this.#run, view: this.#views.view, speed: this.#player.playback.speed },
    save: (name, content) => this.#host.post({ type: 'save', name, content }),
    opened: (run, name) => {
      this.#show(run, Infinity);
      this.#say(`${name} is open.`);
      this.#keeper.saveSoon();
    },
    failed: (problem) => this.#say(problem, true),
  });
  readonly #player = new Player(() => {
    if (this.#player.playback.position < this.#last) this.#forgetHeat();
    this.#draw();
    if (!this.#running) this.#keeper.saveSoon();
  });

  start(): void {
    const { kept } = this.#keeper;
    if (kept) {
      this.#controls.choices = kept.choices;
      this.#views.view = kept.view;
      // A run that was under way is sent again by the host; if it is gone, what came of it is kept.
      if (kept.run) this.#show(kept.run, kept.position);
    }
    if (!this.#run) {
      this.#draw();
      this.#say('Every mask is a token that the model has still to decide.');
    }
    if (this.#transport.kind === 'local') chooseTheme();
    window.addEventListener('pagehide', () => this.#keeper.save());
    this.#host.post({ type: 'ready' });
  }

  /** The last position there is. */
  get #last(): number {
    return Math.max(0, ...(this.#run?.lanes.map(({ steps }) => steps.length - 1) ?? []));
  }

  /** The lane that is worked on: the one a token of which is chosen, or the only one. */
  get #lane(): { readonly index: number; readonly lane: DemoLane; readonly position: number } | undefined {
    const index = this.#selected?.lane ?? 0;
    const lane = this.#run?.lanes[index];
    if (!lane || lane.steps.length === 0 || (!this.#selected && this.#run!.lanes.length > 1))
      return undefined;
    return { index, lane, position: Math.min(this.#player.playback.position, lane.steps.length - 1) };
  }

  #canvas(index: number, { steps }: DemoLane, position: number): TraceCanvas {
    return this.#heat?.[index] ?? canvasAt(steps, position);
  }

  #draw(): void {
    const run = this.#run ?? previewOf(this.#controls.request);
    const { position } = this.#player.playback;
    const selected = this.#selected;
    const heat = this.#heat;
    const shown = { run, position, running: this.#running, selected, heat };
    this.#stage.draw(picturesOf(shown), this.#views.view);
    const work = this.#lane;
    const canvas = work ? this.#canvas(work.index, work.lane, work.position) : [];
    const cells = canvas.flat();
    const changeable = !this.#running && work !== undefined;
    this.#inspector.draw({
      cell: selected && work ? canvas[selected.hole]?.[selected.index] : undefined,
      changeable,
      canRemaskRest: changeable && cells.some(({ masked, locked }) => !masked && !locked),
      canUndo: !this.#running && this.#before.length > 0,
      canGoOn: changeable && cells.some(({ masked }) => masked),
    });
    const ended = this.#run !== undefined && !this.#running;
    this.#views.update(heat !== undefined, ended && this.#run!.lanes.every(isDone));
    this.#share.update(this.#running, this.#run === undefined);
  }

  #changed(): void {
    this.#draw();
    this.#keeper.saveSoon();
  }

  #say(text: string, problem = false): void {
    this.#status.textContent = text;
    this.#status.classList.toggle('problem', problem);
  }

  /** Shows another run. */
  #show(run: DemoRun, position: number, running = false): void {
    this.#run = run;
    this.#selected = undefined;
    this.#before.length = 0;
    this.#setRunning(running);
    this.#forgetHeat();
    this.#player.playback.reset(this.#last + 1, position, running);
  }

  #setRunning(running: boolean): void {
    this.#running = running;
    this.#controls.running = running;
    this.#player.running = running;
  }

  #start(): void {
    const run = this.#controls.request;
    if (run.around.length < 2) this.#say(`Write ${HOLE_MARK} where the text has its hole.`, true);
    else this.#host.post({ type: 'run', run, lanes: run.lanes.map((_, i) => i) });
    this.#keeper.saveSoon();
  }

  /** Has the model decide the masks that are shown. */
  #goOn(): void {
    const work = this.#lane;
    if (!work || this.#running) return;
    const { index, lane, position } = work;
    this.#setLane(index, withSteps(lane, lane.steps.slice(0, position + 1)));
    this.#host.post({ type: 'run', run: this.#run!, lanes: [index] });
  }

  #setLane(index: number, lane: DemoLane): void {
    this.#run = {
      ...this.#run!,
      lanes: this.#run!.lanes.map((present, i) => (i === index ? lane : present)),
    };
  }

  /** Changes the canvas shown; the trace up to here is kept, and the change is its last step. */
  #edit(what: string, change: (canvas: TraceCanvas, place: LanePlace, step: number) => TraceCanvas): void {
    const work = this.#lane;
    if (!work || this.#running) return;
    const { index, lane, position } = work;
    const place = this.#selected ?? { lane: index, hole: 0, index: 0 };
    this.#before.push({ run: this.#run!, position: this.#player.playback.position });
    const canvas = change(this.#canvas(index, lane, position), place, position + 1);
    this.#setLane(index, withSteps(lane, withEdit(lane.steps, position, canvas)));
    this.#forgetHeat();
    this.#player.playback.reset(this.#last + 1, position + 1, false);
    this.#say(`${this.#selected ? `Token ${place.index + 1}: ` : ''}${what}.`);
    if (this.#selected) this.#stage.focus(this.#selected);
  }

  async #write(text: string): Promise<void> {
    const answer = text === '' ? undefined : await this.#host.ask({ ask: 'tokenize', text });
    if (answer && answer.ask !== 'tokenize') {
      this.#say(answer.ask === 'problem' ? answer.problem : 'No answer.', true);
      return;
    }
    const tokens = answer?.tokens ?? [];
    this.#edit(tokens.length === 0 ? 'taken away' : 'replaced and locked', (canvas, place, step) =>
      write(canvas, place, tokens, step),
    );
  }

  #undo(): void {
    const before = this.#before.pop();
    if (!before || this.#running) return;
    this.#run = before.run;
    this.#forgetHeat();
    this.#player.playback.reset(this.#last + 1, before.position, false);
    this.#say('The change is undone.');
    if (this.#selected) this.#stage.focus(this.#selected);
  }

  async #setHeat(on: boolean): Promise<void> {
    if (!on || !this.#run) {
      this.#forgetHeat();
      this.#draw();
      return;
    }
    const run = this.#run;
    this.#say('Masking each token alone…');
    try {
      const heat = await heatMap(run, (question) => this.#host.ask(question));
      if (this.#run !== run || this.#running) return;
      this.#player.playback.go(this.#last);
      this.#heat = heat;
      this.#say('Each token has its probability when it alone is masked.');
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error), true);
    }
    this.#draw();
  }

  #forgetHeat(): void {
    this.#heat = undefined;
  }

  /** @returns whether the key, pressed on a token, means something */
  #key(key: string): boolean {
    const actions: Readonly<Record<string, () => void>> = {
      enter: () => this.#inspector.focus(),
      ' ': () => this.#inspector.focus(),
      l: () => this.#edit('lock changed', (canvas, place) => toggleLock(canvas, place)),
      m: () => this.#edit('remasked', (canvas, place) => remask(canvas, place)),
      delete: () => this.#edit('remasked', (canvas, place) => remask(canvas, place)),
      e: () => this.#inspector.edit(),
      g: () => this.#goOn(),
      p: () => this.#running || this.#player.playback.toggle(),
      ',': () => this.#player.move(-1),
      '.': () => this.#player.move(1),
      'control+z': () => this.#undo(),
    };
    actions[key]?.();
    return key in actions;
  }

  #receive(message: Exclude<HostMessage, { type: 'answer' }>): void {
    switch (message.type) {
      case 'run': {
        const selected = this.#selected;
        this.#show(message.run, Infinity, message.running);
        // Whoever goes on from a token stays there.
        if (selected && message.run.lanes.length > selected.lane) this.#selected = selected;
        this.#draw();
        this.#say(message.running ? 'Unmasking…' : ending(message.run));
        if (!message.running) this.#keep();
        break;
      }
      case 'model':
        if (this.#run) this.#run = { ...this.#run, model: message.model };
        break;
      case 'step': {
        const lane = this.#run?.lanes[message.lane];
        if (!lane) return;
        this.#setLane(message.lane, { ...lane, steps: [...lane.steps, message.step] });
        this.#player.playback.extend(this.#last + 1);
        break;
      }
      case 'lane-ended': {
        const lane = this.#run?.lanes[message.lane];
        if (!lane) return;
        const { problem } = message;
        this.#setLane(message.lane, problem === undefined ? lane : { ...lane, problem });
        this.#draw();
        break;
      }
      case 'ended':
        if (!this.#run) return;
        this.#setRunning(false);
        this.#player.playback.finish();
        this.#draw();
        this.#say(
          ending(this.#run),
          this.#run.lanes.some(({ problem }) => problem !== undefined),
        );
        this.#keep();
        break;
      case 'saved':
        this.#say(message.problem ?? `Saved as ${message.name}.`, message.problem !== undefined);
        break;
    }
  }

  #lose(): void {
    this.#setRunning(false);
    this.#draw();
    this.#say(
      'The server has ended. Start it again with npm run demo, and open the address it prints.',
      true,
    );
  }

  #keep(): void {
    this.#keeper.save();
    this.#host.post({ type: 'seen' });
  }
}

new Page().start();
