import * as vscode from 'vscode';
import type { LladaApi } from '../../../src/editor/extension-api';

const MOST_EVENTS = 150;
const MOST_CHARACTERS = 40;

/** Events of the test under way. */
const SEEN: string[] = [];
let begun = performance.now();

/** Begins anew. */
export function forgetTrace(): void {
  SEEN.length = 0;
  begun = performance.now();
}

/** What VS Code and the extension told since the test began: of a machine out of reach there is nothing else to see. */
export function traced(): string {
  return SEEN.map((line) => `      ${line}`).join('\n');
}

/** Notes what happens to documents and editors, until it is disposed of. */
export function trace(llada: LladaApi): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument((document) => note('opened', nameOf(document))),
    vscode.workspace.onDidCloseTextDocument((document) => note('closed', nameOf(document))),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges, reason }) => {
      const changes = contentChanges.map(({ rangeOffset, rangeLength, text }) => [
        rangeOffset,
        rangeLength,
        text.slice(0, MOST_CHARACTERS),
      ]);
      const undone = reason === undefined ? '' : vscode.TextDocumentChangeReason[reason];
      note('changed', nameOf(document), undone, JSON.stringify(changes));
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => note('active', nameOf(editor?.document))),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
      const drawn = selections.map(
        ({ anchor, active }) => `${anchor.line}:${anchor.character}–${active.line}:${active.character}`,
      );
      note('selected', nameOf(textEditor.document), ...drawn);
    }),
    llada.onDidChangeEngineState(({ kind }) => note('engine', kind)),
    llada.onDidEndFill(({ outcome }) => note('fill', outcome.kind)),
    llada.onDidProvideCompletion((text) => note('completion', JSON.stringify(text))),
    llada.onDidLookForNextEdit((edit) => note('next edit', JSON.stringify(edit?.text))),
  );
}

function note(...words: readonly (string | undefined)[]): void {
  const ms = (performance.now() - begun).toFixed(0).padStart(6);
  if (SEEN.length < MOST_EVENTS) SEEN.push([`${ms} ms`, ...words].join(' '));
}

function nameOf(document: vscode.TextDocument | undefined): string {
  return document ? `${document.uri.toString(true)} version ${document.version}` : 'none';
}
