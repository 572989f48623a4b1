import * as vscode from 'vscode';
import { toEngineError, type EngineErrorCode } from '../../engine/index';
import { logFailure } from './log';

const QUIET_MESSAGE_MS = 5000;
/** A wait longer than this gets a notification with a Cancel button; the status bar shows it from the start. */
export const NOTIFY_AFTER_MS = 1500;

/** Tells the user something that they need not act upon, and that goes away by itself. */
export function quietly(message: string): void {
  vscode.window.setStatusBarMessage(`LLaDA: ${message}`, QUIET_MESSAGE_MS);
}

/** Codes of the errors that settings can mend. */
const SETTING_ERRORS: readonly EngineErrorCode[] = [
  'bad-request',
  'bundle-missing',
  'bundle-damaged',
  'tokenizer-mismatch',
  'provider-unavailable',
];

/** Logs and shows what failed, with the log, and the settings where they are the cause, at hand; not a cancellation. */
export function reportFailure(log: vscode.LogOutputChannel, what: string, cause: unknown): void {
  if (toEngineError(cause).code === 'cancelled') return;
  logFailure(log, what, cause);
  void showFailure(log, cause);
}

async function showFailure(log: vscode.LogOutputChannel, cause: unknown): Promise<void> {
  const { code, message } = toEngineError(cause);
  const showLog = vscode.l10n.t('Show Log');
  const openSettings = vscode.l10n.t('Open Settings');
  const settings = SETTING_ERRORS.includes(code) ? [openSettings] : [];
  const choice = await vscode.window.showErrorMessage(message, showLog, ...settings);
  if (choice === showLog) log.show();
  if (choice === openSettings) {
    await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:llada-infill.llada-infill');
  }
}
