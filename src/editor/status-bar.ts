import * as vscode from 'vscode';
import type { EngineSession, SessionState } from './engine-session';
import { progressMessage, type FillCommand } from './fill-command';
import { affectsInlineCompletions, inlineCompletionsEnabled } from './settings';

export const MENU_COMMAND = 'llada.showMenu';

/** The status bar's item: what the engine is doing, what the last request cost, and the way to everything else. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('llada.status', vscode.StatusBarAlignment.Right, 100);
  readonly #disposables: vscode.Disposable;

  constructor(
    private readonly session: EngineSession,
    private readonly fills: FillCommand,
  ) {
    this.#item.name = 'LLaDA Infill';
    this.#item.command = MENU_COMMAND;
    const update = (): void => this.#update();
    this.#disposables = vscode.Disposable.from(
      this.#item,
      session.onDidChangeState(update),
      fills.onDidStart(update),
      fills.onDidStep(update),
      fills.onDidEnd(update),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (affectsInlineCompletions(event)) update();
      }),
    );
    update();
    this.#item.show();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #update(): void {
    const { state } = this.session;
    const { progress } = this.fills;
    const failed = state.kind === 'error' && !progress;
    this.#item.text = `${icon(state, progress !== undefined)} LLaDA${progress?.step ? ` ${Math.round((1 - progress.step.t) * 100)} %` : ''}`;
    this.#item.backgroundColor = failed
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    const description = progress ? `Filling: ${progressMessage(progress.step)}` : describe(state);
    this.#item.accessibilityInformation = { label: `LLaDA: ${description}`, role: 'button' };
    this.#item.tooltip = this.#tooltip(description);
  }

  #tooltip(description: string): vscode.MarkdownString {
    const { lastCost } = this.session;
    const lines = [
      description,
      lastCost &&
        `Last request: ${Math.round(lastCost.ms)} ms, ${lastCost.steps} steps, ${lastCost.forwards} forwards`,
      `Inline completions: ${inlineCompletionsEnabled() ? 'on' : 'off'}`,
    ];
    const tooltip = new vscode.MarkdownString('**LLaDA Infill**');
    for (const line of lines) if (line !== undefined) tooltip.appendText(`\n\n${line}`);
    return tooltip;
  }
}

function icon(state: SessionState, filling: boolean): string {
  if (filling || state.kind === 'loading' || state.kind === 'working') return '$(loading~spin)';
  if (state.kind === 'error') return '$(warning)';
  if (!inlineCompletionsEnabled()) return '$(circle-slash)';
  return state.kind === 'off' ? '$(circle-large-outline)' : '$(circle-large-filled)';
}

function describe(state: SessionState): string {
  switch (state.kind) {
    case 'off':
      return 'The model is not loaded yet; the first request loads it.';
    case 'loading':
      return 'Loading the model…';
    case 'ready':
      return `Ready: ${state.info.bundle} (${state.info.precision}) on ${state.info.provider}`;
    case 'working':
      return `Working: ${state.info.bundle} (${state.info.precision}) on ${state.info.provider}`;
    case 'error':
      return state.error.message;
  }
}

/** What a click on the item offers. */
export async function showMenu(fills: FillCommand): Promise<void> {
  const inline = inlineCompletionsEnabled();
  const items: (vscode.QuickPickItem & { command: string })[] = [
    ...(fills.progress ? [{ label: '$(stop-circle) Cancel Fill', command: 'llada.cancelFill' }] : []),
    { label: '$(wand) Fill Masked Region', command: 'llada.fillMaskedRegion' },
    { label: '$(symbol-array) Open Generation Demo', command: 'llada.openGenerationDemo' },
    {
      label: inline ? '$(circle-slash) Turn Inline Completions Off' : '$(check) Turn Inline Completions On',
      command: 'llada.toggleInlineCompletions',
    },
    { label: '$(debug-restart) Restart Engine', command: 'llada.restartEngine' },
    { label: '$(output) Show Log', command: 'llada.showLog' },
  ];
  const choice = await vscode.window.showQuickPick(items, { title: 'LLaDA Infill' });
  if (choice) await vscode.commands.executeCommand(choice.command);
}
