import * as vscode from 'vscode';
import type { EngineError, EngineErrorCode, Step } from '../engine';
import type { EngineSession } from './engine-session';
import { logFailure } from './log';
import { MaskDecorations } from './mask-decorations';
import { isReadOnly } from './read-only';
import { RunningFill, type FillOutcome } from './running-fill';

/** A fill that takes longer than this gets a notification with a Cancel button; the status bar shows it from the start. */
const NOTIFY_AFTER_MS = 1500;
const QUIET_MESSAGE_MS = 5000;
const FILLING_KEY = 'llada.filling';

/** What a listener learns of a fill's end. */
export interface FillEnd {
  readonly document: vscode.TextDocument;
  readonly outcome: FillOutcome;
}

/** “LLaDA: Fill Masked Region”: one fill at a time, on the active editor's selections and cursors. */
export class FillCommand implements vscode.Disposable {
  #running: RunningFill | undefined;
  #step: Step | undefined;
  readonly #decorations = new MaskDecorations();
  readonly #starts = new vscode.EventEmitter<vscode.TextDocument>();
  readonly #steps = new vscode.EventEmitter<Step>();
  readonly #ends = new vscode.EventEmitter<FillEnd>();
  readonly onDidStart = this.#starts.event;
  readonly onDidStep = this.#steps.event;
  readonly onDidEnd = this.#ends.event;

  constructor(
    private readonly session: EngineSession,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The fill under way, if there is one, and its last step. */
  get progress(): { readonly step: Step | undefined } | undefined {
    return this.#running && { step: this.#step };
  }

  isFilling(): boolean {
    return this.#running !== undefined;
  }

  cancel(): void {
    this.#running?.cancel();
  }

  /** @returns how the fill ended; undefined when none was started, which the user has been told */
  async run(): Promise<FillOutcome | undefined> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) {
      void vscode.window.showInformationMessage(
        'Open a file and select what to fill, or put the cursor there.',
      );
      return undefined;
    }
    const { document } = editor;
    const selections = editor.selections.toSorted((a, b) => a.start.compareTo(b.start));
    if (await isReadOnly(document)) {
      void vscode.window.showWarningMessage('This document is read-only, so nothing can be filled in.');
      return undefined;
    }
    if (this.#running) {
      quietly('a fill is already running; Escape cancels it');
      return undefined;
    }
    return this.#fill(document, selections);
  }

  dispose(): void {
    this.cancel();
    vscode.Disposable.from(this.#decorations, this.#starts, this.#steps, this.#ends).dispose();
  }

  async #fill(document: vscode.TextDocument, selections: readonly vscode.Selection[]): Promise<FillOutcome> {
    const running = new RunningFill(document, selections, this.session, this.#decorations, (step) => {
      this.#step = step;
      this.#steps.fire(step);
    });
    this.#running = running;
    this.#starts.fire(document);
    void vscode.commands.executeCommand('setContext', FILLING_KEY, true);
    void vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
    const ended = running.run();
    const timer = setTimeout(() => this.#notify(running, ended), NOTIFY_AFTER_MS);
    const outcome = await ended;
    clearTimeout(timer);
    this.#running = undefined;
    this.#step = undefined;
    void vscode.commands.executeCommand('setContext', FILLING_KEY, false);
    this.#report(outcome);
    this.#ends.fire({ document, outcome });
    return outcome;
  }

  #notify(running: RunningFill, ended: Promise<FillOutcome>): void {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: 'LLaDA',
      cancellable: true,
    };
    void vscode.window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(() => running.cancel());
      let unmasked = 0;
      const show = (step: Step | undefined): void => {
        const now = step ? (1 - step.t) * 100 : 0;
        progress.report({ message: progressMessage(step), increment: now - unmasked });
        unmasked = now;
      };
      show(this.#step);
      const listening = this.onDidStep(show);
      await ended;
      listening.dispose();
    });
  }

  #report(outcome: FillOutcome): void {
    switch (outcome.kind) {
      case 'filled':
        this.log.info(`Filled ${outcome.texts.length} hole(s): ${costOf(outcome.step)}`);
        break;
      case 'empty':
        void vscode.window.showInformationMessage(
          'The model would leave nothing here, so the text is unchanged.',
        );
        break;
      case 'cancelled':
        quietly('fill cancelled');
        break;
      case 'edited':
        quietly('fill cancelled, because its region was edited');
        break;
      case 'closed':
        quietly('fill cancelled, because its document was closed');
        break;
      case 'rejected':
        void vscode.window.showWarningMessage(
          'VS Code did not accept the edit; is the editor set to read-only? The text is unchanged.',
        );
        break;
      case 'failed':
        logFailure(this.log, 'The fill failed', outcome.error);
        void showFailure(outcome.error, this.log);
        break;
    }
  }
}

/** What the settings can mend. */
const SETTING_ERRORS: readonly EngineErrorCode[] = [
  'bad-request',
  'bundle-missing',
  'bundle-damaged',
  'tokenizer-mismatch',
  'provider-unavailable',
];

/** Shows an engine's error with the log, and the settings where they are the cause, at hand. */
async function showFailure(error: EngineError, log: vscode.LogOutputChannel): Promise<void> {
  const settings = SETTING_ERRORS.includes(error.code) ? ['Open Settings'] : [];
  const choice = await vscode.window.showErrorMessage(error.message, 'Show Log', ...settings);
  if (choice === 'Show Log') log.show();
  if (choice === 'Open Settings') {
    await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:llada-infill.llada-infill');
  }
}

export function progressMessage(step: Step | undefined): string {
  return step ? `step ${step.index}, ${Math.round((1 - step.t) * 100)} % unmasked` : 'reading the context';
}

function quietly(message: string): void {
  vscode.window.setStatusBarMessage(`LLaDA: ${message}`, QUIET_MESSAGE_MS);
}

function costOf({ index, forwards, ms }: Step): string {
  return `${index} steps, ${forwards} forwards, ${Math.round(ms)} ms`;
}
