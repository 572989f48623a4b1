import * as vscode from 'vscode';
import { toEngineError } from '../../engine/index';

/** The extension's one output channel; its level is set by “Developer: Set Log Level…”. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('LLaDA', { log: true });
}

/** Logs a failure with all that is known of it; what the user sees is the message alone. */
export function logFailure(log: vscode.LogOutputChannel, what: string, error: unknown): void {
  const { code, message } = toEngineError(error);
  log.error(`${what}: [${code}] ${message}`);
  if (error instanceof Error && code === 'internal') log.error(error);
}
