import type * as vscode from 'vscode';
import type { Step } from '../engine/index';
import type { SessionState } from './engine/engine-session';
import type { FillEnd } from './fills/fills';
import type { JudgedText } from './judging/judged-text';
import type { NextEdit } from './next-edit/next-edits';
import type { FreshFill } from './fills/fresh-fill';

/**
 * The value of `activate`, for other extensions and for tests:
 * `vscode.extensions.getExtension('llada-infill.llada-infill')?.exports`.
 * The commands that fill also resolve to the fill's `FillOutcome`. `llada.fillMaskedRegion` takes what to fill where nothing is
 * selected (`cursor`, `line`, `block`, `function`, `markers`) as its argument; without it the user is asked.
 */
export interface LladaApi {
  /** The engine's present state. */
  readonly engineState: () => SessionState;
  /** The state of the engine that suggestions come from: the same, unless they have a model of their own. */
  readonly suggestionEngineState: () => SessionState;
  readonly onDidChangeEngineState: vscode.Event<SessionState>;
  /** A fill has begun on a document: its regions are shown as masks. */
  readonly onDidStartFill: vscode.Event<vscode.TextDocument>;
  /** The fill under way has taken a step. */
  readonly onDidStepFill: vscode.Event<Step>;
  /** A fill has ended, with the edit made or without one. */
  readonly onDidEndFill: vscode.Event<FillEnd>;
  /** An inline completion was asked for and the text that was found, or undefined, is about to be offered. */
  readonly onDidProvideCompletion: vscode.Event<string | undefined>;
  /** It was looked for what the last edits call for: the proposal that is now shown, if there is one. */
  readonly onDidLookForNextEdit: vscode.Event<NextEdit | undefined>;
  /** The proposal for the next edit, while it is shown. */
  readonly nextEdit: () => NextEdit | undefined;
  /** The fill that the result bar stands over: not edited and not accepted yet. */
  readonly freshFill: () => FreshFill | undefined;
  /** The heat map of “Explain Uncertainty”, while it is shown. */
  readonly heatMap: () => JudgedText | undefined;
}
