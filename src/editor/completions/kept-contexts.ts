import * as vscode from 'vscode';
import type { FillRequest } from '../../engine/index';
import type { Engines } from '../engine/engines';

/**
 * Typing pauses longer than this are pauses to think: a reading that cannot be stopped then seldom meets a key. Shorter ones
 * would read after most suggestions, and a reading takes as long as the first suggestion after it saves.
 */
const IDLE_MS = 1500;

/** Both sides of it are of automatic completions, which run in the background. */
const IN_BACKGROUND = { background: true } as const;

/**
 * The contexts that the engine keeps for documents in which somebody types: read as a whole when nobody waits, and given back
 * when the document is closed or completions are turned off.
 */
export class KeptContexts implements vscode.Disposable {
  readonly #names = new Set<string>();
  readonly #closing: vscode.Disposable;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #latest: FillRequest | undefined;

  constructor(private readonly engines: Pick<Engines, 'suggestions'>) {
    this.#closing = vscode.workspace.onDidCloseTextDocument((document) =>
      this.forget(document.uri.toString()),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#closing.dispose();
  }

  /** @returns the request, with the document's context kept */
  keep(document: vscode.TextDocument, request: FillRequest): FillRequest {
    const keptContext = document.uri.toString();
    this.#names.add(keptContext);
    this.#latest = { ...request, keptContext };
    return this.#latest;
  }

  /** Has everything read once nobody has typed for a while. */
  readWhenIdle(): void {
    clearTimeout(this.#timer);
    const request = this.#latest;
    if (!request) return;
    this.#timer = setTimeout(() => {
      // What goes wrong here goes wrong again with the next suggestion, and is told then.
      const { suggestions } = this.engines;
      if (suggestions.state.kind === 'ready')
        suggestions.tell((engine) => engine.readContext(request, IN_BACKGROUND));
    }, IDLE_MS);
  }

  /** Somebody types: nothing is to be read in between. */
  typed(): void {
    clearTimeout(this.#timer);
  }

  forgetAll(): void {
    for (const name of this.#names) this.forget(name);
  }

  forget(name: string): void {
    if (!this.#names.delete(name)) return;
    if (this.#latest?.keptContext === name) this.#latest = undefined;
    clearTimeout(this.#timer);
    this.engines.suggestions.tell((engine) => engine.forgetContext(name, IN_BACKGROUND));
  }
}
