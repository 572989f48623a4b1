import * as vscode from 'vscode';
import { runBenchmark } from './engine/benchmark';
import { chooseModel, chooseProvider } from './engine/choose-model';
import { targetKindOf } from './fills/choose-targets';
import { DemoPanel } from './demo-panel';
import { EngineSession } from './engine/engine-session';
import { SyntaxTrees } from './document/syntax-trees';
import type { LladaApi } from './extension-api';
import { FillCommand } from './fills/fills';
import { fillFromComment } from './fills/fill-from-comment';
import { HeatMap } from './judging/heat-map';
import { InlineCompletions } from './completions/inline-completions';
import { Judge } from './judging/judge';
import { createLog, logFailure } from './shared/log';
import type { Platform } from './shared/platform';
import { Refinements } from './judging/refinements';
import { ResultBar } from './fills/result-bar';
import { modelSettings, onDidChangeModelSettings, toggleInlineCompletions } from './shared/settings';
import { SlowMachineHint } from './status/slow-machine';
import { StatusBar } from './status/status-bar';
import { MENU_COMMAND, showMenu } from './status/status-menu';

let session: EngineSession | undefined;

/**
 * Starts the extension.
 *
 * @param loadingMs what loading its code took
 */
export function start(context: vscode.ExtensionContext, platform: Platform, loadingMs: number): LladaApi {
  const started = performance.now();
  const log = createLog();
  context.subscriptions.push(log);
  try {
    const api = wire(context, platform, log);
    const ms = loadingMs + performance.now() - started;
    log.info(
      `Activated in ${ms.toFixed(0)} ms, without the model; the engine will run in ${platform.engineIn}`,
    );
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

/** Ends the engine; VS Code waits for the promise. */
export async function stop(): Promise<void> {
  await session?.dispose();
}

function wire(context: vscode.ExtensionContext, platform: Platform, log: vscode.LogOutputChannel): LladaApi {
  const engine = new EngineSession(modelSettings, platform, log);
  session = engine;
  const trees = new SyntaxTrees(platform.readFile, log);
  const fills = new FillCommand(engine, context.globalState, trees, log, platform.isWriteProtected);
  const bar = new ResultBar(fills);
  const judge = new Judge(engine, log);
  const refinements = new Refinements(judge, fills, bar);
  const heatMap = new HeatMap(judge, bar, trees);
  const completions = new InlineCompletions(engine, fills, trees, log);
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
    'llada.fillFromComment': () => fillFromComment(fills, trees),
    'llada.openGenerationDemo': () => demo.open(),
    'llada.toggleInlineCompletions': () => toggleInlineCompletions(),
    // VS Code's own, for every extension's completions.
    'llada.snooze': () => vscode.commands.executeCommand('editor.action.inlineSuggest.snooze'),
    'llada.chooseModel': () => chooseModel(platform),
    'llada.chooseProvider': () => chooseProvider(platform),
    'llada.runBenchmark': () => runBenchmark(engine, platform, log),
    'llada.restartEngine': restart,
    'llada.showLog': () => log.show(),
    [MENU_COMMAND]: () => showMenu(fills, bar),
  };
  context.subscriptions.push(
    fills,
    bar,
    judge,
    heatMap,
    trees,
    completions,
    demo,
    new StatusBar(engine, fills),
    new SlowMachineHint(engine, context.globalState, platform),
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
