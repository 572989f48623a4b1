import * as vscode from 'vscode';
import type { Edit, Proposal } from '../../next-edit/edit';
import { RecentEdits } from '../../next-edit/recent-edits';
import { KeptText } from '../document/kept-text';
import { onFocusedEditor } from '../shared/focused-editor';

/** The user's last edits of the document in the editor that has the focus; of another one nothing is kept. */
export class EditedText implements vscode.Disposable {
  #present: { readonly kept: KeptText; readonly edits: RecentEdits } | undefined;
  readonly #disposables: vscode.Disposable;

  constructor() {
    this.#disposables = vscode.Disposable.from(
      onFocusedEditor((editor) => this.#look(editor)),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document === this.#present?.kept.document) this.#present = undefined;
      }),
    );
  }

  /** Oldest first. */
  of(document: vscode.TextDocument): readonly Edit[] {
    const present = this.#present;
    return document === present?.kept.document ? present.edits.of(present.kept.text) : [];
  }

  /**
   * Notes a change; to be told of each.
   *
   * @param shown what was proposed when it was made
   * @returns true where the change is what was proposed
   */
  changed(
    { document, contentChanges, reason }: vscode.TextDocumentChangeEvent,
    shown: Proposal | undefined,
  ): boolean {
    if (document !== this.#present?.kept.document) return false;
    const { kept, edits } = this.#present;
    const { text } = kept;
    kept.follow(contentChanges);
    const [change, ...others] = contentChanges;
    // What is undone is not wanted, and what changes in many places at once is done already.
    if (!change || others.length > 0 || reason !== undefined) {
      edits.forget();
      return false;
    }
    const { rangeOffset: start, rangeLength: removed, text: inserted } = change;
    const isAccepted = shown !== undefined && resultOf(text, shown) === kept.text;
    edits.changed(text, { start, removed, inserted }, isAccepted);
    return isAccepted;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #look(editor: vscode.TextEditor | undefined): void {
    const document = editor?.document;
    // An output panel or a search has the focus: the edits are still the last.
    if (!document || document === this.#present?.kept.document) return;
    this.#present = { kept: new KeptText(document), edits: new RecentEdits() };
  }
}

function resultOf(text: string, { start, end, text: put }: Proposal): string {
  return text.slice(0, start) + put + text.slice(end);
}

/** True in the line last edited, as long as the cursor is there. */
export function isInEditedLine(
  { document, selection }: vscode.TextEditor,
  edits: readonly Edit[],
  proposal: Proposal,
): boolean {
  const last = edits.findLast(({ isAccepted }) => !isAccepted);
  if (!last) return false;
  const line = document.positionAt(last.end).line;
  return selection.active.line === line && document.positionAt(proposal.start).line === line;
}
