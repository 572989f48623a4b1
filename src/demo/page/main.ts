import { choose, remask, remaskBelow, toggleLock, write } from '../edits';
import type { HostMessage } from '../messages';
import { HOLE_MARK, type DemoRun } from '../run';
import { Controls } from './controls';
import { byId } from './dom';
import { isDone, sayingOf } from './endings';
import { heatMap } from './heat-map';
import { Host } from './host';
import { Inspector } from './inspector';
import {
  cutAt,
  edited,
  EMPTY_PAGE,
  lastPosition,
  received,
  undone,
  withRun,
  type Change,
} from './page-state';
import { inspectorPictureOf, picturesOf, previewOf } from './pictures';
import { Player } from './player';
import { StateKeeper } from './saved-state';
import { Share } from './share';
import { Stage } from './stage';
import { chooseTheme } from './theme';
import { connect } from './transport';
import { Views } from './views';

/** The page's parts, wired to its state: an event makes another state, and the state is drawn. */
class Page {
  #state = EMPTY_PAGE;
  readonly #transport = connect();
  readonly #keeper = new StateKeeper(this.#transport, () => ({
    choices: this.#controls.choices,
    run: this.#run,
    position: this.#position,
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
    changed: () => {
      this.#draw();
      this.#keeper.saveSoon();
    },
    run: () => this.#start(),
    stop: () => this.#host.post({ type: 'stop' }),
  });
  readonly #stage = new Stage({
    selected: (cell) => {
      this.#state = { ...this.#state, selected: cell };
      this.#draw();
    },
    key: (key) => this.#key(key),
  });
  readonly #inspector = new Inspector({
    lock: () => this.#edit('changed', toggleLock),
    remask: () => this.#edit('remasked', remask),
    remaskRest: () =>
      this.#edit('every token that is not locked remasked', (canvas) => remaskBelow(canvas, Infinity)),
    choose: (alternative) =>
      this.#edit('replaced and locked', (canvas, cell, step) => choose(canvas, cell, alternative, step)),
    write: (text) => void this.#write(text),
    undo: () => this.#undo(),
    goOn: () => this.#goOn(),
    leave: () => this.#focusSelected(),
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
    if (this.#position < lastPosition(this.#state)) this.#state = { ...this.#state, heat: undefined };
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

  get #run(): DemoRun | undefined {
    return this.#state.live?.run;
  }

  get #running(): boolean {
    return this.#state.live?.running === true;
  }

  get #position(): number {
    return this.#player.playback.position;
  }

  #draw(): void {
    const { selected, heat } = this.#state;
    const run = this.#run ?? previewOf(this.#controls.request);
    const running = this.#running;
    const position = this.#position;
    this.#stage.draw(picturesOf({ run, position, running, selected, heat }), this.#views.view);
    this.#inspector.draw(inspectorPictureOf(this.#state, position));
    const isEnded = this.#run !== undefined && !running;
    this.#views.update(heat !== undefined, isEnded && run.lanes.every(isDone));
    this.#share.update(running, this.#run === undefined);
  }

  #say(text: string, problem = false): void {
    this.#status.textContent = text;
    this.#status.classList.toggle('problem', problem);
  }

  /** Lets the form and the player know whether a run is under way. */
  #showRunning(): void {
    this.#controls.running = this.#running;
    this.#player.running = this.#running;
  }

  /** Goes to a step of the run, which may be another one than before; this draws. */
  #reset(position: number): void {
    this.#showRunning();
    this.#player.playback.reset(lastPosition(this.#state) + 1, position, this.#running);
  }

  #show(run: DemoRun, position: number): void {
    this.#state = withRun(run);
    this.#reset(position);
  }

  #focusSelected(): void {
    const { selected } = this.#state;
    if (selected) this.#stage.focus(selected);
  }

  #start(): void {
    const run = this.#controls.request;
    if (run.around.length < 2) this.#say(`Write ${HOLE_MARK} where the text has its hole.`, true);
    else this.#host.post({ type: 'run', run, lanes: run.lanes.map((_, i) => i) });
    this.#keeper.saveSoon();
  }

  /** Has the model decide the masks that are shown. */
  #goOn(): void {
    const cut = cutAt(this.#state, this.#position);
    if (!cut) return;
    this.#state = cut.state;
    this.#host.post({ type: 'run', run: cut.run, lanes: [cut.lane] });
  }

  #edit(what: string, change: Change): void {
    const after = edited(this.#state, this.#position, change);
    if (!after) return;
    this.#state = after.state;
    this.#reset(after.position);
    const { selected } = this.#state;
    this.#say(`${selected ? `Token ${selected.index + 1}: ` : ''}${what}.`);
    this.#focusSelected();
  }

  async #write(text: string): Promise<void> {
    const reply = text === '' ? undefined : await this.#host.ask({ ask: 'tokenize', text });
    if (reply && reply.ask !== 'tokenize') {
      this.#say(reply.ask === 'problem' ? reply.problem : 'No answer.', true);
      return;
    }
    const tokens = reply?.tokens ?? [];
    this.#edit(tokens.length === 0 ? 'taken away' : 'replaced and locked', (canvas, cell, step) =>
      write(canvas, cell, tokens, step),
    );
  }

  #undo(): void {
    const after = undone(this.#state);
    if (!after) return;
    this.#state = after.state;
    this.#reset(after.position);
    this.#say('The change is undone.');
    this.#focusSelected();
  }

  async #setHeat(on: boolean): Promise<void> {
    const run = this.#run;
    if (!on || !run) {
      this.#state = { ...this.#state, heat: undefined };
      this.#draw();
      return;
    }
    this.#say('Masking each token alone…');
    try {
      const heat = await heatMap(run, (question) => this.#host.ask(question));
      if (this.#run !== run || this.#running) return;
      this.#player.playback.go(lastPosition(this.#state));
      this.#state = { ...this.#state, heat };
      const isCompared = heat.some(({ before }) => before !== undefined);
      this.#say(
        `Each token has its probability when it alone is masked.${isCompared ? ' Framed: what your change has made improbable.' : ''}`,
      );
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error), true);
    }
    this.#draw();
  }

  /** @returns whether the key, pressed on a token, means something */
  #key(key: string): boolean {
    const actions: Readonly<Record<string, () => void>> = {
      enter: () => this.#inspector.focus(),
      ' ': () => this.#inspector.focus(),
      l: () => this.#edit('lock changed', toggleLock),
      m: () => this.#edit('remasked', remask),
      delete: () => this.#edit('remasked', remask),
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

  #receive(message: HostMessage): void {
    this.#state = received(this.#state, message);
    const { live } = this.#state;
    if (message.type === 'run') this.#reset(Infinity);
    if (message.type === 'step') this.#player.playback.extend(lastPosition(this.#state) + 1);
    if (message.type === 'ended') {
      this.#showRunning();
      this.#player.playback.finish();
    }
    if (message.type === 'lane-ended' || message.type === 'ended') this.#draw();
    const saying = sayingOf(message, live);
    if (saying) this.#say(saying.text, saying.problem);
    if (live && !live.running && (message.type === 'run' || message.type === 'ended')) this.#keep();
  }

  #lose(): void {
    this.#state = received(this.#state, { type: 'ended' });
    this.#showRunning();
    this.#draw();
    this.#say(
      'The server has ended. Start it again with npm run demo, and open the address it prints.',
      true,
    );
  }

  /** Keeps the run that has ended, and lets the host forget it. */
  #keep(): void {
    this.#keeper.save();
    this.#host.post({ type: 'seen' });
  }
}

new Page().start();
