import * as vscode from 'vscode';
import { modelSettings, suggestionModelSettings, type EngineSettings } from '../shared/settings';
import type { EngineSession } from './engine-session';

/**
 * The engines of a window: that of the commands, and another one for suggestions where `llada.inlineCompletions.model`
 * names a model that is not the commands'.
 */
export class Engines implements vscode.Disposable {
  readonly commands: EngineSession;
  #own: EngineSession | undefined;
  readonly #stateChanges = new vscode.EventEmitter<void>();
  readonly onDidChangeState = this.#stateChanges.event;

  constructor(private readonly open: (settings: () => EngineSettings) => EngineSession) {
    this.commands = this.#opened(modelSettings);
  }

  /** That of suggestions; the commands', where both have the same model. */
  get suggestions(): EngineSession {
    return this.suggestionsOwn ?? this.commands;
  }

  /** That of suggestions, where they have one of their own. */
  get suggestionsOwn(): EngineSession | undefined {
    const { path, server } = modelSettings();
    // A server has one model for all.
    if (server !== '' || suggestionModelSettings().path === path) return undefined;
    return (this.#own ??= this.#opened(suggestionModelSettings));
  }

  /** Ends them; the next requests load them anew. */
  async restart(): Promise<void> {
    await Promise.all([this.commands.restart(), this.#own?.restart()]);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.commands.dispose(), this.#own?.dispose()]);
    this.#stateChanges.dispose();
  }

  #opened(settings: () => EngineSettings): EngineSession {
    const session = this.open(settings);
    session.onDidChangeState(() => this.#stateChanges.fire());
    return session;
  }
}
