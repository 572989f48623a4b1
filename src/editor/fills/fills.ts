import * as vscode from 'vscode';
import type { ReverseProcessOptions, Step } from '../../engine/index';
import type { SyntaxTrees } from '../document/syntax-trees';
import type { EngineSession } from '../engine/engine-session';
import { NOTIFY_AFTER_MS, quietly, reportFailure } from '../shared/notices';
import type { Platform } from '../shared/platform';
import { isReadOnly } from '../document/read-only';
import { chooseTargets, type TargetKind } from './choose-targets';
import type { FillTarget } from './fill-target';
import { MaskDecorations } from './mask-decorations';
import { RunningFill, type FillOutcome } from './running-fill';

const FILLING_KEY = 'llada.filling';

/** A fill's end, for listeners. */
export interface FillEnd {
  readonly document: vscode.TextDocument;
  readonly outcome: FillOutcome;
  /** The places that were filled, in the document as it was before. */
  readonly targets: readonly FillTarget[];
  /** The text that stood there. */
  readonly replaced: readonly string[];
  /** How it differed from the settings. */
  readonly overrides: ReverseProcessOptions;
}

/** Every fill of the window, one at a time; and “LLaDA: Fill Masked Region”, which takes what the user has selected. */
export class Fills implements vscode.Disposable {
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
    private readonly memory: vscode.Memento,
    private readonly trees: SyntaxTrees,
    private readonly log: vscode.LogOutputChannel,
    private readonly isWriteProtected: Platform['isWriteProtected'],
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

  /**
   * @param target answers beforehand what to fill where nothing is selected
   * @returns how the fill ended; undefined when none was started, which the user has been told
   */
  async run(target?: TargetKind): Promise<FillOutcome | undefined> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Open a file and select what to fill, or put the cursor there.'),
      );
      return undefined;
    }
    if (!(await this.mayFill(editor.document))) return undefined;
    const targets = await chooseTargets(editor, this.memory, this.trees, target);
    return targets && this.fill(editor.document, targets);
  }

  /** True if a fill can begin now; if not, the user is told why. */
  async mayFill(document: vscode.TextDocument): Promise<boolean> {
    if (await isReadOnly(document, this.isWriteProtected)) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'This document is read-only, so nothing can be filled in. Save a copy of it and fill that.',
        ),
      );
      return false;
    }
    return !this.#isBusy();
  }

  dispose(): void {
    this.cancel();
    vscode.Disposable.from(this.#decorations, this.#starts, this.#steps, this.#ends).dispose();
  }

  /**
   * Fills targets of a document that can be edited.
   *
   * @param overrides what is to differ from the settings
   * @returns how the fill ended; undefined when another one is running, which the user has been told
   */
  async fill(
    document: vscode.TextDocument,
    targets: readonly FillTarget[],
    overrides: ReverseProcessOptions = {},
  ): Promise<FillOutcome | undefined> {
    // Once more: two that were asked for at the same moment both get here.
    if (!(await this.mayFill(document)) || this.#isBusy()) return undefined;
    const onStep = (step: Step): void => {
      this.#step = step;
      this.#steps.fire(step);
    };
    const replaced = targets.map(({ range }) => document.getText(range));
    const { session, trees } = this;
    const running = new RunningFill(document, targets, overrides, session, trees, this.#decorations, onStep);
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
    this.#ends.fire({ document, outcome, targets, replaced, overrides });
    return outcome;
  }

  /** True while a fill is under way, which the user is then told. */
  #isBusy(): boolean {
    if (this.#running) quietly(vscode.l10n.t('a fill is already running; Escape cancels it'));
    return this.#running !== undefined;
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
          outcome.fault === 'too-little'
            ? vscode.l10n.t(
                'There is too little to go on, so the text is unchanged. Say in a comment what is wanted, or write a line more.',
              )
            : vscode.l10n.t(
                'The model would leave nothing here, so the text is unchanged. Select more, or say in a comment what is wanted.',
              ),
        );
        break;
      case 'cancelled':
        quietly(vscode.l10n.t('fill cancelled'));
        break;
      case 'edited':
        quietly(vscode.l10n.t('fill cancelled, because its region was edited'));
        break;
      case 'closed':
        quietly(vscode.l10n.t('fill cancelled, because its document was closed'));
        break;
      case 'rejected':
        void vscode.window.showWarningMessage(
          vscode.l10n.t(
            'VS Code did not accept the edit, so the text is unchanged. If the editor is read-only, reset that and try again.',
          ),
        );
        break;
      case 'failed':
        reportFailure(this.log, 'The fill failed', outcome.error);
        break;
    }
  }
}

export function progressMessage(step: Step | undefined): string {
  if (!step) return vscode.l10n.t('reading the context');
  return vscode.l10n.t('step {0}, {1} % unmasked', step.index, Math.round((1 - step.t) * 100));
}

/** The cost of a finished fill, in words. */
export function costOf({ index, forwards, ms }: Step): string {
  return `${index} steps, ${forwards} forwards, ${Math.round(ms)} ms`;
}
