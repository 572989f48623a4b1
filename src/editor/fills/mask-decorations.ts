import * as vscode from 'vscode';
import type { CellView } from '../../engine/index';
import { layOutCells, type DrawnCell } from '../document/mask-layout';

/** Draws holes over a document without editing it: the text of their regions hidden, their cells in its place. */
export class MaskDecorations implements vscode.Disposable {
  readonly #hidden = vscode.window.createTextEditorDecorationType({
    // VS Code has no way to take text out of the line; it passes this property on as it stands.
    textDecoration: 'none; display: none',
  });
  /**
   * One decoration type per cell: VS Code orders decorations at the same position by the keys of their types, so the
   * i-th cell takes the i-th type in that order, on whichever line it stands.
   */
  #cells: vscode.TextEditorDecorationType[] = [];
  /** The last shown state of each type in an editor, so that a step sends only changes. */
  readonly #shown = new WeakMap<vscode.TextEditor, WeakMap<vscode.TextEditorDecorationType, Shown>>();

  /**
   * @param regions ranges of the holes, as the document stands
   * @param holes the cells of each hole
   */
  draw(
    editor: vscode.TextEditor,
    regions: readonly vscode.Range[],
    holes: readonly (readonly CellView[])[],
  ): void {
    const hidden: vscode.DecorationOptions[] = [];
    const cells: vscode.DecorationOptions[] = [];
    regions.forEach((region, hole) => {
      const pieces = linePieces(editor.document, region);
      const lines = layOutCells(
        holes[hole] ?? [],
        pieces.map((piece) => piece.end.character - piece.start.character),
      );
      pieces.forEach((piece, line) => {
        if (!piece.isEmpty) hidden.push({ range: piece });
        cells.push(...lines[line]!.map((cell) => decoration(piece.start, cell)));
      });
    });
    this.#reserve(cells.length);
    this.#show(editor, this.#hidden, hidden);
    // The window may paint between any two of these. Cells that move down go last to first, after the others: no cell
    // is ever seen beyond its neighbour.
    const down: number[] = [];
    this.#cells.forEach((type, i) => {
      const line = this.#shown.get(editor)?.get(type)?.line;
      if (cells[i] && line !== undefined && cells[i].range.start.line > line) down.unshift(i);
      else this.#show(editor, type, cells.slice(i, i + 1));
    });
    for (const i of down) this.#show(editor, this.#cells[i]!, [cells[i]!]);
  }

  clear(editor: vscode.TextEditor): void {
    for (const type of [this.#hidden, ...this.#cells]) this.#show(editor, type, []);
  }

  dispose(): void {
    for (const type of [this.#hidden, ...this.#cells]) type.dispose();
  }

  #show(
    editor: vscode.TextEditor,
    type: vscode.TextEditorDecorationType,
    decorations: vscode.DecorationOptions[],
  ): void {
    const shown = this.#shown.get(editor) ?? new WeakMap<vscode.TextEditorDecorationType, Shown>();
    this.#shown.set(editor, shown);
    const key = JSON.stringify(decorations);
    if (key === (shown.get(type)?.key ?? '[]')) return;
    shown.set(type, { key, line: decorations[0]?.range.start.line });
    editor.setDecorations(type, decorations);
  }

  /** More types than asked for, since new ones would come in between the old ones: all are then made anew. */
  #reserve(count: number): void {
    if (this.#cells.length >= count) return;
    for (const type of this.#cells) type.dispose();
    const length = 2 ** Math.ceil(Math.log2(count));
    this.#cells = Array.from({ length }, () => vscode.window.createTextEditorDecorationType({}));
    this.#cells.sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

/** A type's state in an editor: its decorations as text, and the line of the first. */
interface Shown {
  readonly key: string;
  readonly line: number | undefined;
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
        color: new vscode.ThemeColor(
          cell.locked
            ? 'editor.foreground'
            : CONFIDENCE_COLORS.find(({ from }) => cell.confidence >= from)!.color,
        ),
      };
  return { range: new vscode.Range(at, at), renderOptions: { before } };
}
