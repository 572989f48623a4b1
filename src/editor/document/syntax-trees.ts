import * as vscode from 'vscode';
import { KeptTrees } from '../../syntax/kept-trees';
import { Runtime, type ReadFile } from '../../syntax/runtime';
import type { SyntaxTree } from '../../syntax/syntax-tree';
import { logFailure } from '../shared/log';

/** The trees of open documents. */
export class SyntaxTrees implements vscode.Disposable {
  readonly #trees: KeptTrees;
  readonly #closing: vscode.Disposable;

  constructor(
    readFile: ReadFile,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#trees = new KeptTrees(new Runtime(readFile));
    this.#closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#trees.forget(uri.toString()));
  }

  /** @returns one that the caller disposes of; undefined where there is no grammar, or it cannot be loaded */
  async of(document: vscode.TextDocument): Promise<SyntaxTree | undefined> {
    const { uri, languageId } = document;
    try {
      return await this.#trees.of(uri.toString(), { languageId }, document.getText());
    } catch (error) {
      logFailure(this.log, `The grammar of “${languageId}” could not be loaded`, error);
      return undefined;
    }
  }

  dispose(): void {
    this.#closing.dispose();
    this.#trees[Symbol.dispose]();
  }
}
