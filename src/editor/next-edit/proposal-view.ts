import * as vscode from 'vscode';

/** A proposal in an editor. */
export interface ShownEdit {
  readonly editor: vscode.TextEditor;
  readonly range: vscode.Range;
  readonly text: string;
}

/** Characters of a new text that are shown beside the old one; the hover has all of it. */
const MOST_SHOWN = 80;

/** The look of a proposal, with decorations alone: what goes is struck through, what comes stands beside it. */
export class ProposalView implements vscode.Disposable {
  readonly #mark: vscode.TextEditorDecorationType;
  readonly #removed = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('diffEditor.removedTextBackground'),
    textDecoration: 'line-through',
  });
  readonly #inserted = vscode.window.createTextEditorDecorationType({
    after: {
      backgroundColor: new vscode.ThemeColor('diffEditor.insertedTextBackground'),
      color: new vscode.ThemeColor('editor.foreground'),
      border: '1px solid',
      borderColor: new vscode.ThemeColor('llada.nextEdit.border'),
    },
  });
  readonly #hint = vscode.window.createTextEditorDecorationType({
    after: {
      color: new vscode.ThemeColor('llada.nextEdit.hint'),
      margin: '0 0 0 1.5em',
    },
  });

  constructor(extensionUri: vscode.Uri) {
    this.#mark = vscode.window.createTextEditorDecorationType({
      gutterIconPath: vscode.Uri.joinPath(extensionUri, 'media', 'next-edit.svg'),
      gutterIconSize: 'contain',
      overviewRulerColor: new vscode.ThemeColor('llada.nextEdit.border'),
      overviewRulerLane: vscode.OverviewRulerLane.Center,
    });
  }

  /**
   * @param isGhost VS Code shows the new text as ghost text
   */
  show({ editor, range, text }: ShownEdit, isGhost: boolean): void {
    const cursor = editor.selection.active;
    const hover = new vscode.MarkdownString().appendCodeblock(text, editor.document.languageId);
    const options = (at: vscode.Range, contentText?: string): vscode.DecorationOptions => ({
      range: at,
      hoverMessage: hover,
      ...(contentText !== undefined && { renderOptions: { after: { contentText } } }),
    });
    const visible = text.replaceAll(/\s*\r?\n\s*/g, ' ⏎ ');
    const shown = visible.length > MOST_SHOWN ? `${visible.slice(0, MOST_SHOWN)}…` : visible;
    editor.setDecorations(this.#mark, [new vscode.Range(range.start, range.start)]);
    editor.setDecorations(this.#removed, isGhost || range.isEmpty ? [] : [options(range)]);
    const end = new vscode.Range(range.end, range.end);
    editor.setDecorations(this.#inserted, isGhost || text === '' ? [] : [options(end, shown)]);
    const line = editor.document.lineAt(cursor.line).range.end;
    const isHere = range.contains(cursor);
    const hint = isHere ? vscode.l10n.t('⇥ accept') : vscode.l10n.t('⇥ line {0}', range.start.line + 1);
    editor.setDecorations(this.#hint, isGhost ? [] : [options(new vscode.Range(line, line), hint)]);
  }

  hide(editor: vscode.TextEditor): void {
    for (const type of [this.#mark, this.#removed, this.#inserted, this.#hint])
      editor.setDecorations(type, []);
  }

  dispose(): void {
    for (const type of [this.#mark, this.#removed, this.#inserted, this.#hint]) type.dispose();
  }
}

/** True where VS Code can show the new text as ghost text: it goes on from the old one, at the cursor. */
export function isGhost({ editor, range, text }: ShownEdit, cursor: vscode.Position): boolean {
  return (
    range.isSingleLine &&
    cursor.isEqual(range.end) &&
    !text.includes('\n') &&
    text.startsWith(editor.document.getText(range))
  );
}
