import * as vscode from 'vscode';
import { fillSettings } from '../shared/settings';
import type { FillTarget } from './fill-target';
import type { FillEnd, Fills } from './fills';
import type { FillOutcome } from './running-fill';

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

/** The window's fresh fill, if there is one: the last fill, until its document is edited, it is accepted or taken back. */
export class FreshFillKeeper implements vscode.Disposable {
  #current: FreshFill | undefined;
  readonly #changes = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changes.event;
  readonly #disposables: vscode.Disposable;

  constructor(private readonly fills: Fills) {
    this.#disposables = vscode.Disposable.from(
      this.#changes,
      fills.onDidStart(() => this.accept()),
      fills.onDidEnd((end) => this.#keep(end)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        const { document: own, version } = this.#current ?? {};
        if (document === own && document.version !== version) this.accept();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document === this.#current?.document) this.accept();
      }),
    );
  }

  get current(): FreshFill | undefined {
    return this.#current;
  }

  /** The hole's text around a position of a document. */
  rangeAt(document: vscode.TextDocument, position: vscode.Position): vscode.Range | undefined {
    const fresh = this.#current;
    return fresh?.document === document
      ? fresh.outcome.ranges.find((range) => range.contains(position))
      : undefined;
  }

  /** The text stays; it is fresh no more. */
  accept(): void {
    if (this.#current) this.#set(undefined);
  }

  /** Takes the fill back, as one undo. */
  async undo(): Promise<void> {
    if (this.#current) await this.#takeBack(this.#current);
  }

  /** Takes the fill back and draws others, seed by seed and from the whole distribution, until one says something else. */
  async another(): Promise<FillOutcome | undefined> {
    let outcome: FillOutcome | undefined;
    for (let draw = 0; draw < MOST_DRAWS; draw++) {
      const fresh = this.#current;
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

  #keep({ document, outcome, targets, replaced, overrides }: FillEnd): void {
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
    this.#current = fresh;
    this.#changes.fire();
    void vscode.commands.executeCommand('setContext', FRESH_KEY, fresh !== undefined);
  }
}
