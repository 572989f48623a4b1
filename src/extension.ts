import { LOADING_STARTED } from './editor/loading-started';
import * as vscode from 'vscode';
import { runBenchmark } from './editor/benchmark';
import { chooseBundle } from './editor/choose-bundle';
import { chooseModel, chooseProvider } from './editor/choose-model';
import { targetKindOf } from './editor/choose-targets';
import { DemoPanel } from './editor/demo-panel';
import { EngineSession } from './editor/engine-session';
import type { LladaApi } from './editor/extension-api';
import { FillCommand } from './editor/fill-command';
import { fillFromComment } from './editor/fill-from-comment';
import { HeatMap } from './editor/heat-map';
import { InlineCompletions } from './editor/inline-completions';
import { Judge } from './editor/judge';
import { createLog, logFailure } from './editor/log';
import { Refinements } from './editor/refinements';
import { ResultBar } from './editor/result-bar';
import { modelSettings, onDidChangeModelSettings, toggleInlineCompletions } from './editor/settings';
import { SlowMachineHint } from './editor/slow-machine';
import { StatusBar } from './editor/status-bar';
import { MENU_COMMAND, showMenu } from './editor/status-menu';

/** What loading this file and all that it imports took; other extensions may be loaded before this one is activated. */
const LOADING_MS = performance.now() - LOADING_STARTED;

let session: EngineSession | undefined;

export function activate(context: vscode.ExtensionContext): LladaApi {
  const started = performance.now();
  const log = createLog();
  context.subscriptions.push(log);
  try {
    const api = wire(context, log);
    const ms = LOADING_MS + performance.now() - started;
    log.info(`Activated in ${ms.toFixed(0)} ms, without the model`);
    return api;
  } catch (error) {
    logFailure(log, 'The extension could not start', error);
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        'LLaDA Infill could not start. Open its log (Output: LLaDA), which says why; then restart VS Code, or report it.',
      ),
    );
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
  const fills = new FillCommand(engine, context.globalState, log);
  const bar = new ResultBar(fills);
  const judge = new Judge(engine, log);
  const refinements = new Refinements(judge, fills, bar);
  const heatMap = new HeatMap(judge, bar);
  const completions = new InlineCompletions(engine, fills, log);
  const demo = new DemoPanel(context.extensionUri, engine, log);

  const cancel = (): void => {
    fills.cancel();
    judge.cancel();
  };
  const restart = async (): Promise<void> => {
    cancel();
    await engine.restart();
  };
  const commands: Readonly<Record<string, (argument?: unknown) => unknown>> = {
    'llada.fillMaskedRegion': (argument) => fills.run(targetKindOf(argument)),
    'llada.cancelFill': cancel,
    'llada.acceptFill': () => bar.accept(),
    'llada.anotherFill': () => bar.another(),
    'llada.improveFill': () => refinements.improveFill(),
    'llada.undoFill': () => bar.undo(),
    'llada.improveSelection': () => refinements.improve(),
    'llada.showAlternatives': () => refinements.chooseAlternative(),
    'llada.explainUncertainty': () => heatMap.explain(),
    'llada.hideUncertainty': () => heatMap.hide(),
    'llada.fillFromComment': () => fillFromComment(fills),
    'llada.openGenerationDemo': () => demo.open(),
    'llada.toggleInlineCompletions': () => toggleInlineCompletions(),
    // VS Code's own, for every extension's completions.
    'llada.snooze': () => vscode.commands.executeCommand('editor.action.inlineSuggest.snooze'),
    'llada.chooseModel': () => chooseModel(context.extensionPath),
    'llada.chooseProvider': () => chooseProvider(),
    'llada.runBenchmark': () => runBenchmark(engine, log),
    'llada.restartEngine': restart,
    'llada.showLog': () => log.show(),
    [MENU_COMMAND]: () => showMenu(fills, bar),
  };
  context.subscriptions.push(
    fills,
    bar,
    judge,
    heatMap,
    completions,
    demo,
    new StatusBar(engine, fills),
    new SlowMachineHint(engine, context.globalState),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, completions),
    onDidChangeModelSettings(() => void restart()),
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
  );
  return {
    engineState: () => engine.state,
    onDidChangeEngineState: engine.onDidChangeState,
    onDidStartFill: fills.onDidStart,
    onDidStepFill: fills.onDidStep,
    onDidEndFill: fills.onDidEnd,
    onDidProvideCompletion: completions.onDidProvide,
    freshFill: () => bar.fresh,
    heatMap: () => heatMap.judged,
  };
}
