/** The extension in an extension host of Node's: desktops, and browsers with a server or container behind them. */
import type * as vscode from 'vscode';
import { LOADING_STARTED } from './editor/shared/loading-started';
import { start, stop } from './editor/activation';
import type { LladaApi } from './editor/extension-api';
import { nodePlatform } from './editor/engine/node-platform';

/** The time that loading this file and all its imports took; other extensions may be loaded before this one is activated. */
const LOADING_MS = performance.now() - LOADING_STARTED;

export function activate(context: vscode.ExtensionContext): LladaApi {
  return start(context, nodePlatform(context.extensionPath), LOADING_MS);
}

export function deactivate(): Promise<void> {
  return stop();
}
