import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Engine, Step } from '../engine';
import { toEngineError } from '../engine/errors';
import type { EngineSession } from './engine-session';
import { logFailure } from './log';
import { HOLE_MARK, type DemoMessage, type DemoRequest, type DemoRun, type PageMessage } from './messages';
import { traceStep } from './trace';

const VIEW_TYPE = 'llada.generationDemo';

/** “LLaDA: Open Generation Demo”: one panel that shows the reverse process step by step. */
export class DemoPanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  #panel: vscode.WebviewPanel | undefined;
  #run: DemoRun | undefined;
  #abort: AbortController | undefined;
  readonly #registration: vscode.Disposable;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly session: EngineSession,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#registration = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this);
  }

  async open(): Promise<void> {
    if (this.#panel) {
      this.#panel.reveal();
      return;
    }
    const column = vscode.ViewColumn.Active;
    await this.#show(vscode.window.createWebviewPanel(VIEW_TYPE, 'LLaDA Generation Demo', column));
  }

  /** After a reload of the window; the page itself keeps what it showed. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    await this.#show(panel);
  }

  dispose(): void {
    this.#abort?.abort();
    this.#panel?.dispose();
    this.#registration.dispose();
  }

  async #show(panel: vscode.WebviewPanel): Promise<void> {
    this.#panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'icon.svg');
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: ['media', 'dist'].map((folder) => vscode.Uri.joinPath(this.extensionUri, folder)),
    };
    panel.webview.onDidReceiveMessage((message: PageMessage) => this.#receive(message));
    panel.onDidDispose(() => {
      this.#abort?.abort();
      this.#panel = undefined;
      this.#run = undefined;
    });
    panel.webview.html = await this.#page(panel.webview);
  }

  async #page(webview: vscode.Webview): Promise<string> {
    const file = (...path: string[]): vscode.Uri => vscode.Uri.joinPath(this.extensionUri, ...path);
    const template = await vscode.workspace.fs.readFile(file('media', 'demo.html'));
    const values: Readonly<Record<string, string>> = {
      source: webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
      script: webview.asWebviewUri(file('dist', 'demo.js')).toString(),
      styles: webview.asWebviewUri(file('media', 'demo.css')).toString(),
    };
    return new TextDecoder()
      .decode(template)
      .replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => values[name] ?? placeholder);
  }

  #receive(message: PageMessage): void {
    switch (message.type) {
      case 'ready':
        // Nothing reached the page while it was hidden.
        if (this.#run) this.#post({ type: 'run', run: this.#run });
        break;
      case 'run':
        void this.#start(message.request);
        break;
      case 'stop':
        this.#abort?.abort();
        break;
    }
  }

  async #start(request: DemoRequest): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const around = request.from === 'text' ? request.text.split(HOLE_MARK) : ['', ''];
    this.#run = { around, steps: [], running: true };
    this.#post({ type: 'run', run: this.#run });
    let problem: string | undefined;
    try {
      if (around.length < 2) throw new Error(`Write ${HOLE_MARK} where the text has its hole.`);
      await this.#follow(request, around, abort.signal);
    } catch (error) {
      const { code, message } = toEngineError(error);
      if (code !== 'cancelled') logFailure(this.log, 'The demo failed', error);
      problem = code === 'cancelled' ? 'Stopped.' : message;
    }
    if (this.#abort === abort) this.#end(problem);
  }

  async #follow(request: DemoRequest, around: readonly string[], signal: AbortSignal): Promise<void> {
    let previous: Step | undefined;
    const run = this.session.run((engine) => startRun(engine, request, around, signal), signal);
    for await (const step of run) {
      if (signal.aborted || !this.#run) return;
      const traced = traceStep(previous, step);
      previous = step;
      this.#run = { ...this.#run, steps: [...this.#run.steps, traced] };
      this.#post({ type: 'step', step: traced });
    }
  }

  #end(problem: string | undefined): void {
    const ending = problem === undefined ? {} : { problem };
    if (this.#run) this.#run = { ...this.#run, running: false, ...ending };
    this.#post({ type: 'ended', ...ending });
  }

  #post(message: DemoMessage): void {
    void this.#panel?.webview.postMessage(message);
  }
}

function startRun(
  engine: Engine,
  request: DemoRequest,
  around: readonly string[],
  signal: AbortSignal,
): AsyncIterable<Step> {
  const { from, tokens, steps, sampling, temperature, order, seed } = request;
  // No threshold: the page is there to show the steps, not to save them.
  const options = { sampling, temperature, order, seed, threshold: 0, ...(steps === 0 ? {} : { steps }) };
  if (from === 'nothing') return engine.generate({ ...options, tokens }, { signal });
  const holes = around.slice(1).map(() => (tokens === 0 ? {} : { tokens }));
  const between = around.slice(1, -1);
  return engine.fill({ ...options, prefix: around[0]!, between, suffix: around.at(-1)!, holes }, { signal });
}
