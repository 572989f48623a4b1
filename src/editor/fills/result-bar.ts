import * as vscode from 'vscode';
import { costOf, type Fills, type FillEnd } from './fills';
import type { FillTarget } from './fill-target';
import type { FillOutcome } from './running-fill';
import { fillSettings, resultBarEnabled } from '../shared/settings';

/** A fill that is in the document and has not been touched since. */
export interface FreshFill {
  readonly document: vscode.TextDocument;
  readonly targets: readonly FillTarget[];
  readonly replaced: readonly string[];
  readonly outcome: Extract<FillOutcome, { kind: 'filled' }>;
  readonly seed: number;
  /** The document's version with the fill in it. */
  readonly version: number;
}

const FRESH_KEY = 'llada.freshFill';
/** Of “Another”: the model may be so sure of a text that a draw says the same again. */
const MOST_DRAWS = 6;

/** The line above a new fill: accept, another, improve, undo. It goes when its document is edited. */
export class ResultBar implements vscode.CodeLensProvider, vscode.Disposable {
  #fresh: FreshFill | undefined;
  readonly #changes = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changes.event;
  readonly #disposables: vscode.Disposable;

  constructor(private readonly fills: Fills) {
    this.#disposables = vscode.Disposable.from(
      this.#changes,
      vscode.languages.registerCodeLensProvider({ pattern: '**' }, this),
      fills.onDidStart(() => this.accept()),
      fills.onDidEnd((end) => this.#show(end)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        const { document: own, version } = this.#fresh ?? {};
        if (document === own && document.version !== version) this.accept();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document === this.#fresh?.document) this.accept();
      }),
    );
  }

  get fresh(): FreshFill | undefined {
    return this.#fresh;
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const fresh = this.#fresh;
    if (!fresh || document !== fresh.document || !resultBarEnabled()) return [];
    const line = fresh.outcome.ranges[0]!.start.line;
    const range = new vscode.Range(line, 0, line, 0);
    const tooltip = costOf(fresh.outcome.step);
    const lens = (icon: string, word: string, command: string): vscode.CodeLens =>
      // VS Code drops a plain space behind an icon.
      new vscode.CodeLens(range, { title: `$(${icon})\u00a0${word}`, command, tooltip });
    return [
      lens('check', vscode.l10n.t('Accept'), 'llada.acceptFill'),
      lens('refresh', vscode.l10n.t('Another'), 'llada.anotherFill'),
      lens('sparkle', vscode.l10n.t('Improve'), 'llada.improveFill'),
      lens('discard', vscode.l10n.t('Undo'), 'llada.undoFill'),
    ];
  }

  /** The text stays and the bar goes. */
  accept(): void {
    if (this.#fresh) this.#set(undefined);
  }

  /** Takes the fill back, as one undo. */
  async undo(): Promise<void> {
    if (this.#fresh) await this.#takeBack(this.#fresh);
  }

  /** Takes the fill back and draws others, seed by seed and from the whole distribution, until one says something else. */
  async another(): Promise<FillOutcome | undefined> {
    let outcome: FillOutcome | undefined;
    for (let draw = 0; draw < MOST_DRAWS; draw++) {
      const fresh = this.#fresh;
      if (!fresh || !(await this.#takeBack(fresh))) return outcome;
      outcome = await this.fills.fill(fresh.document, fresh.targets, {
        sampling: 'multinomial',
        seed: fresh.seed + 1,
      });
      if (outcome?.kind !== 'filled' || outcome.texts.join('\0') !== fresh.outcome.texts.join('\0'))
        return outcome;
    }
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'The model wrote the same {0} times: it is sure of this text. Choose another token with “LLaDA: Show Alternatives”, or raise the setting llada.temperature.',
        MOST_DRAWS,
      ),
    );
    return outcome;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #show({ document, outcome, targets, replaced, overrides }: FillEnd): void {
    if (outcome.kind !== 'filled') return;
    const seed = overrides.seed ?? fillSettings(document).options.seed ?? 0;
    const { version } = document;
    this.#set({ document, targets, replaced, outcome, seed, version });
  }

  /** @returns whether the document is as it was before the fill */
  async #takeBack({ document, targets, replaced }: FreshFill): Promise<boolean> {
    this.#set(undefined);
    // “Undo” acts on the editor that has the focus.
    await vscode.window.showTextDocument(document, { preserveFocus: false });
    await vscode.commands.executeCommand('undo');
    return targets.every(({ range }, i) => document.getText(range) === replaced[i]);
  }

  #set(fresh: FreshFill | undefined): void {
    this.#fresh = fresh;
    this.#changes.fire();
    void vscode.commands.executeCommand('setContext', FRESH_KEY, fresh !== undefined);
  }
}
