import * as vscode from 'vscode';
import type { Fault } from '../../fills/faults';
import { resultBarEnabled } from '../shared/settings';
import { costOf } from './fills';
import type { FreshFillKeeper } from './fresh-fill';

const FAULTS: Readonly<Record<Fault, string>> = {
  syntax: vscode.l10n.t('This does not parse'),
  repeats: vscode.l10n.t('This repeats itself'),
  'inside-word': vscode.l10n.t('This breaks a word'),
  'too-little': vscode.l10n.t('There is too little to go on'),
};

/** The line above a fresh fill: what is wrong with it, accept, another, improve, undo. */
export class ResultBar implements vscode.CodeLensProvider, vscode.Disposable {
  readonly onDidChangeCodeLenses: vscode.Event<void>;
  readonly #registration: vscode.Disposable;

  constructor(private readonly fresh: FreshFillKeeper) {
    this.onDidChangeCodeLenses = fresh.onDidChange;
    this.#registration = vscode.languages.registerCodeLensProvider({ pattern: '**' }, this);
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const fresh = this.fresh.current;
    if (!fresh || document !== fresh.document || !resultBarEnabled()) return [];
    const line = fresh.outcome.ranges[0]!.start.line;
    const range = new vscode.Range(line, 0, line, 0);
    const tooltip = costOf(fresh.outcome.step);
    const lens = (icon: string, word: string, command: string): vscode.CodeLens =>
      // VS Code drops a plain space behind an icon.
      new vscode.CodeLens(range, { title: `$(${icon})\u00a0${word}`, command, tooltip });
    const { fault } = fresh.outcome;
    return [
      ...(fault ? [lens('warning', FAULTS[fault], '')] : []),
      lens('check', vscode.l10n.t('Accept'), 'llada.acceptFill'),
      lens('refresh', vscode.l10n.t('Another'), 'llada.anotherFill'),
      lens('sparkle', vscode.l10n.t('Improve'), 'llada.improveFill'),
      lens('discard', vscode.l10n.t('Undo'), 'llada.undoFill'),
    ];
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
