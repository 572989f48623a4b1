import * as vscode from 'vscode';
import type { EngineInfo } from '../../engine/index';
import { silenceIn, type Silence } from '../completions/completion-gate';
import type { EngineSession, SessionState } from '../engine/engine-session';
import type { Engines } from '../engine/engines';
import { progressMessage, type Fills } from '../fills/fills';
import { affectsInlineCompletions } from '../shared/settings';
import { MENU_COMMAND } from './status-menu';

/** The status bar's item: what the engine is doing, what the last request cost, and the way to everything else. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('llada.status', vscode.StatusBarAlignment.Right, 100);
  readonly #disposables: vscode.Disposable;

  constructor(
    private readonly engines: Engines,
    private readonly fills: Fills,
  ) {
    this.#item.name = 'LLaDA Infill';
    this.#item.command = MENU_COMMAND;
    const update = (): void => this.#update();
    this.#disposables = vscode.Disposable.from(
      this.#item,
      engines.onDidChangeState(update),
      fills.onDidStart(update),
      fills.onDidStep(update),
      fills.onDidEnd(update),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (affectsInlineCompletions(event)) update();
      }),
      vscode.window.onDidChangeActiveTextEditor(update),
    );
    update();
    this.#item.show();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #update(): void {
    const { commands, suggestionsOwn } = this.engines;
    const { state } = commands;
    const { progress } = this.fills;
    const failed = [state, suggestionsOwn?.state].some((one) => one?.kind === 'error') && !progress;
    this.#item.text = `${icon(failed && state.kind !== 'loading' ? { kind: 'error' } : state, progress !== undefined)} LLaDA${progress?.step ? ` ${Math.round((1 - progress.step.t) * 100)} %` : ''}`;
    this.#item.backgroundColor = failed
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    const description = progress
      ? vscode.l10n.t('Filling: {0}', progressMessage(progress.step))
      : describe(state, commands.server);
    this.#item.accessibilityInformation = { label: `LLaDA: ${description}`, role: 'button' };
    this.#item.tooltip = this.#tooltip(description);
  }

  #tooltip(description: string): vscode.MarkdownString {
    const { lastCost } = this.engines.commands;
    const own = this.engines.suggestionsOwn;
    const lines = [
      description,
      own && vscode.l10n.t('Suggestions: {0}', describe(own.state, undefined)),
      lastCost &&
        vscode.l10n.t(
          'Last request: {0} ms, {1} steps, {2} forwards',
          Math.round(lastCost.ms),
          lastCost.steps,
          lastCost.forwards,
        ),
      describeSilence(silence()),
    ];
    const tooltip = new vscode.MarkdownString('**LLaDA Infill**');
    for (const line of lines) if (line !== undefined) tooltip.appendText(`\n\n${line}`);
    return tooltip;
  }
}

function icon(state: Pick<SessionState, 'kind'>, filling: boolean): string {
  if (filling || state.kind === 'loading' || state.kind === 'working') return '$(loading~spin)';
  if (state.kind === 'error') return '$(warning)';
  if (silence()) return '$(circle-slash)';
  return state.kind === 'off' ? '$(circle-large-outline)' : '$(circle-large-filled)';
}

/** Why no completion comes by itself in the active editor. */
function silence(): Silence | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor && silenceIn(editor.document);
}

function describeSilence(why: Silence | undefined): string {
  switch (why) {
    case undefined:
      return vscode.l10n.t('Inline completions: on');
    case 'no-file':
      return vscode.l10n.t('Inline completions: off here, because this is no file that can be edited');
    case 'off':
      return vscode.l10n.t('Inline completions: off');
    case 'language':
      return vscode.l10n.t('Inline completions: off in this language (llada.inlineCompletions.languages)');
    case 'glob':
      return vscode.l10n.t('Inline completions: off in this file (llada.inlineCompletions.exclude)');
  }
}

function describe(state: SessionState, server: EngineSession['server']): string {
  switch (state.kind) {
    case 'off':
      return vscode.l10n.t('The model is not loaded yet; the first request loads it.');
    case 'loading':
      return vscode.l10n.t('Loading the model…');
    case 'ready':
      return vscode.l10n.t('Ready: {0}', describeEngine(state.info, server));
    case 'working':
      return vscode.l10n.t('Working: {0}', describeEngine(state.info, server));
    case 'error':
      return state.error.message;
  }
}

function describeEngine(
  { bundle, precision, provider }: EngineInfo,
  server: EngineSession['server'],
): string {
  const engine = vscode.l10n.t('{0} ({1}) on {2}', bundle, precision, provider);
  if (!server) return engine;
  const ms = Math.round(server.roundTripMs);
  return vscode.l10n.t('{0}, from {1}, {2} ms there and back', engine, server.url, ms);
}
