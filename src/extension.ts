import * as vscode from 'vscode';
import { chooseBundle } from './editor/choose-bundle';
import { DemoPanel } from './editor/demo-panel';
import { EngineSession } from './editor/engine-session';
import type { LladaApi } from './editor/extension-api';
import { FillCommand } from './editor/fill-command';
import { InlineCompletions } from './editor/inline-completions';
import { createLog, logFailure } from './editor/log';
import { affectsModel, modelSettings, toggleInlineCompletions } from './editor/settings';
import { MENU_COMMAND, showMenu, StatusBar } from './editor/status-bar';

let session: EngineSession | undefined;

export function activate(context: vscode.ExtensionContext): LladaApi {
  const log = createLog();
  context.subscriptions.push(log);
  try {
    return wire(context, log);
  } catch (error) {
    logFailure(log, 'The extension could not start', error);
    void vscode.window.showErrorMessage('LLaDA Infill could not start; its log (Output: LLaDA) says why.');
    throw error;
  }
}

/** Ends the engine's process; VS Code waits for the promise. */
export async function deactivate(): Promise<void> {
  await session?.dispose();
}

function wire(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): LladaApi {
  const engine = new EngineSession(() => {
    const settings = modelSettings();
    return {
      bundle: chooseBundle(context.extensionPath, settings),
      options: { provider: settings.provider },
    };
  }, log);
  session = engine;
  const fills = new FillCommand(engine, log);
  const completions = new InlineCompletions(engine, fills, log);
  const demo = new DemoPanel(context.extensionUri, engine, log);

  const restart = async (): Promise<void> => {
    fills.cancel();
    await engine.restart();
  };
  const commands: Readonly<Record<string, () => unknown>> = {
    'llada.fillMaskedRegion': () => fills.run(),
    'llada.cancelFill': () => fills.cancel(),
    'llada.openGenerationDemo': () => demo.open(),
    'llada.toggleInlineCompletions': () => toggleInlineCompletions(),
    'llada.restartEngine': restart,
    'llada.showLog': () => log.show(),
    [MENU_COMMAND]: () => showMenu(fills),
  };
  context.subscriptions.push(
    fills,
    completions,
    demo,
    new StatusBar(engine, fills),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, completions),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (affectsModel(event)) void restart();
    }),
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
  );
  return {
    engineState: () => engine.state,
    onDidChangeEngineState: engine.onDidChangeState,
    onDidStartFill: fills.onDidStart,
    onDidStepFill: fills.onDidStep,
    onDidEndFill: fills.onDidEnd,
    onDidProvideCompletion: completions.onDidProvide,
  };
}
