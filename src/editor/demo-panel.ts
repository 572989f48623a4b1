import * as vscode from 'vscode';
import type { HostMessage } from '../demo/messages';
import { renderPage, STYLES } from '../demo/render-page';
import { DemoRuns } from '../demo/runs';
import type { EngineSession } from './engine/engine-session';
import { logFailure } from './shared/log';

const VIEW_TYPE = 'llada.generationDemo';

/** “LLaDA: Open Generation Demo”: one panel that shows the reverse process step by step. */
export class DemoPanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  #panel: vscode.WebviewPanel | undefined;
  #runs: DemoRuns | undefined;
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
    this.#runs?.dispose();
    this.#panel?.dispose();
    this.#registration.dispose();
  }

  async #show(panel: vscode.WebviewPanel): Promise<void> {
    const runs = new DemoRuns(this.session, {
      post: (message) => void panel.webview.postMessage(message),
      save: (name, content) => save(panel, name, content),
      failed: (what, error) => logFailure(this.log, what, error),
    });
    this.#panel = panel;
    this.#runs = runs;
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'icon.svg');
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: ['media', 'dist'].map((folder) => vscode.Uri.joinPath(this.extensionUri, folder)),
    };
    panel.webview.onDidReceiveMessage((message: unknown) => runs.receive(message));
    panel.onDidDispose(() => {
      runs.dispose();
      if (this.#panel === panel) this.#panel = this.#runs = undefined;
    });
    panel.webview.html = await this.#page(panel.webview);
  }

  async #page(webview: vscode.Webview): Promise<string> {
    const file = (...path: string[]): vscode.Uri => vscode.Uri.joinPath(this.extensionUri, ...path);
    const template = await vscode.workspace.fs.readFile(file('media', 'demo.html'));
    return renderPage(new TextDecoder().decode(template), {
      source: webview.cspSource,
      connect: "'none'",
      script: webview.asWebviewUri(file('dist', 'demo.js')).toString(),
      styles: STYLES.map((name) => webview.asWebviewUri(file('media', name)).toString()),
    });
  }
}

/** Asks where to, and writes; says nothing when the user does not want to after all. */
async function save({ webview }: vscode.WebviewPanel, name: string, content: string): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
    filters: name.endsWith('.svg') ? { Picture: ['svg'] } : { Trace: ['json'] },
  });
  if (!uri) return;
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(content));
  const saved: HostMessage = { type: 'saved', name: uri.path.split('/').at(-1)! };
  await webview.postMessage(saved);
}
