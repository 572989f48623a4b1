import * as vscode from 'vscode';
import { quietly } from '../shared/notices';
import type { ShownEdit } from './proposal-view';

const LONGEST_TEXT = 60;

/**
 * Says that there is a proposal: in the status bar, and to screen readers as a notification, which VS Code reads out. An
 * extension learns of a screen reader only where `editor.accessibilitySupport` says that there is one.
 */
export function announce({ editor, range, text }: ShownEdit): void {
  const line = range.start.line + 1;
  const old = short(editor.document.getText(range));
  const message =
    old === ''
      ? vscode.l10n.t('next edit on line {0}: insert {1}', line, short(text))
      : vscode.l10n.t('next edit on line {0}: {1} becomes {2}', line, old, short(text));
  quietly(message);
  const support = vscode.workspace.getConfiguration('editor').get<string>('accessibilitySupport');
  if (support === 'on') void offer(message);
}

async function offer(message: string): Promise<void> {
  const go = vscode.l10n.t('Go');
  const accept = vscode.l10n.t('Accept');
  const dismiss = vscode.l10n.t('Dismiss');
  const choice = await vscode.window.showInformationMessage(`LLaDA: ${message}`, go, accept, dismiss);
  const command = {
    [go]: 'llada.goToNextEdit',
    [accept]: 'llada.acceptNextEdit',
    [dismiss]: 'llada.dismissNextEdit',
  }[choice ?? ''];
  if (command !== undefined) await vscode.commands.executeCommand(command);
}

function short(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
}
