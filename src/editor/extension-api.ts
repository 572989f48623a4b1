import type * as vscode from 'vscode';
import type { Step } from '../engine';
import type { SessionState } from './engine-session';
import type { FillEnd } from './fill-command';

/**
 * What `activate` returns, for other extensions and for tests:
 * `vscode.extensions.getExtension('llada-infill.llada-infill')?.exports`.
 * `vscode.commands.executeCommand('llada.fillMaskedRegion')` also resolves to the fill's `FillOutcome`.
 */
export interface LladaApi {
  /** What the engine is doing now. */
  readonly engineState: () => SessionState;
  readonly onDidChangeEngineState: vscode.Event<SessionState>;
  /** A fill has begun on a document: its regions are shown as masks. */
  readonly onDidStartFill: vscode.Event<vscode.TextDocument>;
  /** The fill under way has taken a step. */
  readonly onDidStepFill: vscode.Event<Step>;
  /** A fill has ended, with the edit made or without one. */
  readonly onDidEndFill: vscode.Event<FillEnd>;
  /** An inline completion was asked for and the text that was found, or undefined, is about to be offered. */
  readonly onDidProvideCompletion: vscode.Event<string | undefined>;
}
