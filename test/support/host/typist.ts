import * as vscode from 'vscode';
import type { LladaApi } from '../../../src/editor/extension-api';
import type { Random } from '../../../src/engine/diffusion/random';

/** The acts and sights of a typist. */
export interface TypingCounts {
  keys: number;
  /** Requests that ended with something to offer, and with nothing. */
  offered: number;
  nothing: number;
  accepted: number;
  acceptedCharacters: number;
  /** Milliseconds from the last key to what came of it. */
  readonly latencies: number[];
}

const KEY_MS = { least: 50, spread: 130 };
/** Now and then a typist thinks; that is when suggestions come. */
const THOUGHT = { chance: 0.08, least: 600, spread: 2400 };
/** An offer is taken when so many of its characters, or all, are those that were to be typed. */
const WORTH_TAKING = 3;

/** Types text over again that was deleted from real files, and takes what is offered where it is right. */
export class Typist {
  readonly counts: TypingCounts = {
    keys: 0,
    offered: 0,
    nothing: 0,
    accepted: 0,
    acceptedCharacters: 0,
    latencies: [],
  };
  #typedAt = performance.now();
  #offer: string | undefined;
  readonly #listening: vscode.Disposable;

  constructor(
    llada: LladaApi,
    private readonly random: Random,
  ) {
    this.#listening = llada.onDidProvideCompletion((text) => {
      this.#offer = text;
      this.counts[text === undefined ? 'nothing' : 'offered']++;
      this.counts.latencies.push(performance.now() - this.#typedAt);
    });
  }

  dispose(): void {
    this.#listening.dispose();
  }

  /** Deletes the end of a random line and types it again. */
  async retype(editor: vscode.TextEditor, until: number): Promise<void> {
    const line = this.#randomLine(editor.document);
    const from = line.firstNonWhitespaceCharacterIndex + Math.floor(this.random.uniform() * 8);
    const range = new vscode.Range(
      line.lineNumber,
      Math.min(from, line.text.length),
      line.lineNumber,
      line.text.length,
    );
    const wanted = editor.document.getText(range);
    this.#typedAt = performance.now();
    await editor.edit((edit) => edit.delete(range));
    editor.selection = new vscode.Selection(range.start, range.start);
    await this.#type(editor, range.start, wanted, until);
  }

  async #type(
    editor: vscode.TextEditor,
    start: vscode.Position,
    wanted: string,
    until: number,
  ): Promise<void> {
    let typed = 0;
    while (typed < wanted.length) {
      const inTime = performance.now() < until;
      this.#offer = undefined;
      this.#typedAt = performance.now();
      await vscode.commands.executeCommand('type', { text: wanted[typed] });
      this.counts.keys++;
      typed++;
      if (!inTime) continue;
      const thinks = this.random.uniform() < THOUGHT.chance;
      const { least, spread } = thinks ? THOUGHT : KEY_MS;
      await pause(least + this.random.uniform() * spread);
      typed += await this.#take(editor, start, wanted, typed);
    }
  }

  /** @returns characters taken */
  async #take(
    editor: vscode.TextEditor,
    start: vscode.Position,
    wanted: string,
    typed: number,
  ): Promise<number> {
    const offer = this.#offer;
    const left = wanted.slice(typed);
    if (!offer || !left.startsWith(offer) || offer.length < Math.min(WORTH_TAKING, left.length)) return 0;
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    const { text } = editor.document.lineAt(start.line);
    if (text.slice(start.character) !== wanted.slice(0, typed + offer.length)) return 0;
    this.counts.accepted++;
    this.counts.acceptedCharacters += offer.length;
    return offer.length;
  }

  #randomLine(document: vscode.TextDocument): vscode.TextLine {
    for (;;) {
      const line = document.lineAt(Math.floor(this.random.uniform() * document.lineCount));
      if (line.text.trim().length > 12) return line;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
