import * as vscode from 'vscode';
import type { LladaApi } from '../../../src/editor/extension-api';
import type { Random } from '../../../src/engine/diffusion/random';

/** The acts and sights of a typist. */
export interface TypingCounts {
  keys: number;
  /** Requests that ended with something to offer, and with nothing. */
  offered: number;
  nothing: number;
  /** Those offered that were wholly what was to be typed when the typist looked. */
  right: number;
  accepted: number;
  acceptedCharacters: number;
  /** Milliseconds from the last key to what came of it. */
  readonly latencies: number[];
}

/** Text that is written from top to bottom: most of what an engine has read before stays true from key to key. */
const LINES_A_PASSAGE = 8;
/** Enter brings the next line's indentation with it. */
const KEY = /^(?:\n[ \t]*|[^])/;
const KEY_MS = { least: 50, spread: 130 };
/** Now and then a typist thinks; that is when suggestions come. */
const THOUGHT = { chance: 0.08, least: 600, spread: 2400 };
/** An offer is taken when so many of its characters, or all, are those that were to be typed. */
const WORTH_TAKING = 3;

/** A part of a file that is missing at first. Who deletes text and types it again is never offered it. */
export interface Passage {
  /** In UTF-16 units. */
  readonly start: number;
  readonly wanted: string;
}

/** Types what is missing in real files, and takes what is offered where it is right. */
export class Typist {
  readonly counts: TypingCounts = {
    keys: 0,
    offered: 0,
    nothing: 0,
    right: 0,
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

  /** Chooses a passage of a text, from within a random line on, that is to be typed. */
  passageOf(text: string): Passage {
    const lines = [...text.matchAll(/^[ \t]*(.*)$/gm)].filter(([, code = '']) => code.trim().length > 12);
    const line = lines[Math.floor(this.random.uniform() * lines.length)]!;
    const code = line.index + line[0].length - line[1]!.length;
    const start = code + Math.min(Math.floor(this.random.uniform() * 8), line[1]!.length);
    const [wanted = ''] = new RegExp(`^(?:.*\\n){0,${LINES_A_PASSAGE - 1}}.*`).exec(text.slice(start)) ?? [];
    return { start, wanted };
  }

  /** Types a passage where it is missing. */
  async type(editor: vscode.TextEditor, { start, wanted }: Passage, until: number): Promise<void> {
    const from = editor.document.positionAt(start);
    editor.selection = new vscode.Selection(from, from);
    let typed = 0;
    while (typed < wanted.length) {
      const inTime = performance.now() < until;
      const [key = ''] = KEY.exec(wanted.slice(typed)) ?? [];
      this.#offer = undefined;
      this.#typedAt = performance.now();
      await vscode.commands.executeCommand('type', { text: key });
      this.counts.keys++;
      typed += key.length;
      if (!inTime) continue;
      const thinks = this.random.uniform() < THOUGHT.chance;
      const { least, spread } = thinks ? THOUGHT : KEY_MS;
      await pause(least + this.random.uniform() * spread);
      typed += await this.#take(editor, from, wanted, typed);
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
    if (!offer || !left.startsWith(offer)) return 0;
    this.counts.right++;
    if (offer.length < Math.min(WORTH_TAKING, left.length)) return 0;
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    const now = editor.document.getText(new vscode.Range(start, editor.selection.active));
    if (now !== wanted.slice(0, typed + offer.length)) return 0;
    this.counts.accepted++;
    this.counts.acceptedCharacters += offer.length;
    return offer.length;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
