import * as vscode from 'vscode';
import type { CellView } from '../engine';
import { layOutCells, type DrawnCell } from './mask-layout';

/** Draws holes over a document without editing it: the text of their regions hidden, their cells in its place. */
export class MaskDecorations implements vscode.Disposable {
  readonly #hidden = vscode.window.createTextEditorDecorationType({
    // VS Code has no way to take text out of the line; it passes this property on as it stands.
    textDecoration: 'none; display: none',
  });
  /**
   * One decoration type per place within a line: VS Code orders decorations at the same position by the keys of
   * their types, so cell i takes the i-th type in that order.
   */
  #slots: vscode.TextEditorDecorationType[] = [];
  /** What each type shows in an editor, so that a step sends only what it changed. */
  readonly #shown = new WeakMap<vscode.TextEditor, Map<vscode.TextEditorDecorationType, string>>();

  /**
   * @param regions ranges of the holes, as the document stands
   * @param holes the cells of each hole
   */
  draw(
    editor: vscode.TextEditor,
    regions: readonly vscode.Range[],
    holes: readonly (readonly CellView[])[],
  ): void {
    const hidden: vscode.Range[] = [];
    const bySlot: vscode.DecorationOptions[][] = [];
    regions.forEach((region, hole) => {
      const pieces = linePieces(editor.document, region);
      const lines = layOutCells(
        holes[hole] ?? [],
        pieces.map((piece) => piece.end.character - piece.start.character),
      );
      pieces.forEach((piece, line) => {
        if (!piece.isEmpty) hidden.push(piece);
        lines[line]!.forEach((cell, slot) => {
          (bySlot[slot] ??= []).push(decoration(piece.start, cell));
        });
      });
    });
    // For the longest line there may be, so that no place changes its type while cells move from line to line.
    this.#reserve(Math.max(0, ...holes.map((cells) => cells.length)));
    this.#show(
      editor,
      this.#hidden,
      hidden.map((range) => ({ range })),
    );
    this.#slots.forEach((type, slot) => this.#show(editor, type, bySlot[slot] ?? []));
  }

  clear(editor: vscode.TextEditor): void {
    for (const type of [this.#hidden, ...this.#slots]) this.#show(editor, type, []);
  }

  dispose(): void {
    for (const type of [this.#hidden, ...this.#slots]) type.dispose();
  }

  #show(
    editor: vscode.TextEditor,
    type: vscode.TextEditorDecorationType,
    decorations: vscode.DecorationOptions[],
  ): void {
    const shown = this.#shown.get(editor) ?? new Map<vscode.TextEditorDecorationType, string>();
    this.#shown.set(editor, shown);
    const key = JSON.stringify(decorations);
    if (key === (shown.get(type) ?? '[]')) return;
    shown.set(type, key);
    editor.setDecorations(type, decorations);
  }

  #reserve(count: number): void {
    while (this.#slots.length < count) {
      this.#slots.push(vscode.window.createTextEditorDecorationType({}));
    }
    this.#slots.sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

/** The region line by line; an inner line begins behind its indentation, which stays visible. */
function linePieces(document: vscode.TextDocument, region: vscode.Range): vscode.Range[] {
  return Array.from({ length: region.end.line - region.start.line + 1 }, (_, i) => {
    const line = document.lineAt(region.start.line + i);
    const end = line.lineNumber === region.end.line ? region.end : line.range.end;
    const indented = Math.min(line.firstNonWhitespaceCharacterIndex, end.character);
    const start = i === 0 ? region.start : new vscode.Position(line.lineNumber, indented);
    return new vscode.Range(start, end);
  });
}

const CONFIDENCE_COLORS = [
  { from: 0.8, color: 'llada.confidence.high' },
  { from: 0.4, color: 'llada.confidence.medium' },
  { from: 0, color: 'llada.confidence.low' },
];

function decoration(at: vscode.Position, cell: DrawnCell): vscode.DecorationOptions {
  const before: vscode.ThemableDecorationAttachmentRenderOptions = cell.masked
    ? {
        contentText: cell.text,
        backgroundColor: new vscode.ThemeColor('llada.mask.background'),
        border: '1px solid; border-radius: 4px',
        borderColor: new vscode.ThemeColor('editor.background'),
      }
    : {
        contentText: cell.text,
        color: new vscode.ThemeColor(CONFIDENCE_COLORS.find(({ from }) => cell.confidence >= from)!.color),
      };
  return { range: new vscode.Range(at, at), renderOptions: { before } };
}
