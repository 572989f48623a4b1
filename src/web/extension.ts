/** The extension in an extension host that is a web worker. */
import type * as vscode from 'vscode';
import { LOADING_STARTED } from '../editor/shared/loading-started';
import { start, stop } from '../editor/activation';
import type { LladaApi } from '../editor/extension-api';
import { webPlatform } from './platform';

/** The time that loading this file and all its imports took. */
const LOADING_MS = performance.now() - LOADING_STARTED;

export function activate(context: vscode.ExtensionContext): LladaApi {
  return start(context, webPlatform(context.extensionUri), LOADING_MS);
}

export function deactivate(): Promise<void> {
  return stop();
}
