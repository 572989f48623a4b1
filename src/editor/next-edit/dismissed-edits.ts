import { LRUCache } from 'lru-cache';
import type * as vscode from 'vscode';
import type { Proposal } from '../../next-edit/edit';

const MOST_DISMISSED = 200;

/** Proposals that the user did not want: none of them comes by itself again as long as its line is what it was. */
export class DismissedEdits {
  readonly #dismissed = new LRUCache<string, true>({ max: MOST_DISMISSED });

  add(document: vscode.TextDocument, proposal: Proposal): void {
    this.#dismissed.set(keyOf(document, proposal), true);
  }

  has(document: vscode.TextDocument, proposal: Proposal): boolean {
    return this.#dismissed.has(keyOf(document, proposal));
  }
}

/** Lines above may come and go: the place is known by its line's own text. */
function keyOf(document: vscode.TextDocument, { start, end, text }: Proposal): string {
  const from = document.positionAt(start);
  return JSON.stringify([
    document.uri.toString(),
    document.lineAt(from.line).text,
    from.character,
    end - start,
    text,
  ]);
}
