import * as vscode from 'vscode';
import { KeptText } from '../document/kept-text';
import { onFocusedEditor } from '../shared/focused-editor';
import type { CachedPlace } from './completion-cache';
import { Dismissed } from './dismissed';
import { RemovedText } from './removed-text';

const OFFERED_KEY = 'llada.suggestionOffered';

/** The texts that the user has shown they do not want: suggestions dismissed, and text just deleted or undone. */
export class Unwanted implements vscode.Disposable {
  readonly #dismissed = new Dismissed();
  #offered: { readonly place: CachedPlace; readonly texts: readonly string[] } | undefined;
  #removed = new RemovedText();
  /** Of the editor that has the focus. */
  #present: KeptText | undefined;
  readonly #disposables: vscode.Disposable;

  constructor() {
    this.#disposables = vscode.Disposable.from(
      onFocusedEditor((editor) => this.#look(editor)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document !== this.#present?.document || contentChanges.length === 0) return;
        this.#removed.changed(this.#present.text, contentChanges);
        this.#present.follow(contentChanges);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document === this.#present?.document) this.#look(undefined);
      }),
    );
  }

  /** @param texts those that the user now sees */
  offered(place: CachedPlace, texts: readonly string[]): void {
    const had = this.#offered !== undefined;
    this.#offered = texts.length > 0 ? { place, texts } : undefined;
    const has = this.#offered !== undefined;
    if (had !== has) void vscode.commands.executeCommand('setContext', OFFERED_KEY, has);
  }

  /** The user has dismissed what they saw. */
  dismiss(): void {
    if (this.#offered) this.#dismissed.add(this.#offered.place, this.#offered.texts);
  }

  /**
   * The completions without those that are unwanted.
   *
   * @param offset where they are to stand
   * @param asked whoever asks may see once more what they dismissed
   */
  without(
    document: vscode.TextDocument,
    offset: number,
    place: CachedPlace,
    texts: readonly string[],
    asked: boolean,
  ): string[] {
    const known = document === this.#present?.document;
    return texts.filter(
      (text) =>
        !(known && this.#removed.bringsBack(offset, text)) && (asked || !this.#dismissed.has(place, text)),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #look(editor: vscode.TextEditor | undefined): void {
    const document = editor?.document;
    if (document === this.#present?.document) return;
    this.#present = document && new KeptText(document);
    this.#removed = new RemovedText();
  }
}
