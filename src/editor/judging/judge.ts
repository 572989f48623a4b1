import * as vscode from 'vscode';
import type { EngineSession } from '../engine/engine-session';
import { NOTIFY_AFTER_MS, quietly, reportFailure } from '../shared/notices';
import { judge, type JudgedText } from './judged-text';

const JUDGING_KEY = 'llada.judging';

/** Why a judgement was ended before it was complete. */
type End = 'cancelled' | 'edited' | 'superseded';

/** Every judgement of the window, one at a time: Escape, an edit of its document and the next judgement end it. */
export class Judge implements vscode.Disposable {
  #running: { readonly document: vscode.TextDocument; readonly end: (why: End) => void } | undefined;
  readonly #listening: vscode.Disposable;

  constructor(
    private readonly session: EngineSession,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#listening = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (document === this.#running?.document && contentChanges.length > 0) this.#running.end('edited');
    });
  }

  cancel(): void {
    this.#running?.end('cancelled');
  }

  dispose(): void {
    this.#running?.end('superseded');
    this.#listening.dispose();
  }

  /**
   * Has the model judge a part of a document, which the user sees and can cancel.
   *
   * @param alternatives how many each token gets
   * @returns undefined when it was ended before it was complete, or has failed, which the user has been told
   */
  async judge(
    document: vscode.TextDocument,
    range: vscode.Range,
    alternatives: number,
  ): Promise<JudgedText | undefined> {
    this.#running?.end('superseded');
    const abort = new AbortController();
    let why: End | undefined;
    const end = (given: End): void => {
      why ??= given;
      abort.abort();
    };
    const running = { document, end };
    this.#running = running;
    void vscode.commands.executeCommand('setContext', JUDGING_KEY, true);
    const judging = judge(this.session, document, range, alternatives, abort.signal);
    show(judging, end);
    try {
      const judged = await judging;
      return why === undefined ? judged : undefined;
    } catch (error) {
      reportFailure(this.log, 'The text could not be judged', error);
      return undefined;
    } finally {
      // Another one may have taken its place.
      if (this.#running === running) {
        this.#running = undefined;
        void vscode.commands.executeCommand('setContext', JUDGING_KEY, false);
      }
      if (why === 'cancelled') quietly(vscode.l10n.t('cancelled'));
      if (why === 'edited') quietly(vscode.l10n.t('cancelled, because the text was edited'));
    }
  }
}

/** In the status bar from the start; a judgement that takes long gets a notification with a Cancel button besides. */
function show(judging: Promise<unknown>, end: (why: End) => void): void {
  const over = judging.then(
    () => undefined,
    () => undefined,
  );
  void vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Window,
      title: vscode.l10n.t('LLaDA: reading each token in its place; Escape cancels'),
    },
    () => over,
  );
  const timer = setTimeout(() => {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('LLaDA: reading each token in its place'),
      cancellable: true,
    };
    void vscode.window.withProgress(options, (_, token) => {
      token.onCancellationRequested(() => end('cancelled'));
      return over;
    });
  }, NOTIFY_AFTER_MS);
  void over.then(() => clearTimeout(timer));
}
