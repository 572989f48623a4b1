import * as vscode from 'vscode';
import { registerCommands, restartEngine } from './commands';
import { DemoPanel } from './demo-panel';
import { EngineSession } from './engine/engine-session';
import { Engines } from './engine/engines';
import { HeavyModels } from './engine/heavy-model';
import { KnownModels } from './engine/known-models';
import { ModelTimes } from './engine/model-times';
import { SyntaxTrees } from './document/syntax-trees';
import { storedServerToken } from './engine/server/server-token';
import type { LladaApi } from './extension-api';
import { Fills } from './fills/fills';
import { FreshFillKeeper } from './fills/fresh-fill';
import { HeatMap } from './judging/heat-map';
import { InlineCompletions } from './completions/inline-completions';
import { Judge } from './judging/judge';
import { createLog, logFailure } from './shared/log';
import type { Platform } from './shared/platform';
import { NextEdits } from './next-edit/next-edits';
import { Refinements } from './judging/refinements';
import { ResultBar } from './fills/result-bar';
import { onDidChangeModelSettings } from './shared/settings';
import { SlowMachineHint } from './status/slow-machine';
import { StatusBar } from './status/status-bar';

let end: (() => Promise<unknown>) | undefined;

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

/** Ends the engine, and keeps what is to be known in the next session; VS Code waits for the promise. */
export async function stop(): Promise<void> {
  await end?.();
}

function wire(context: vscode.ExtensionContext, platform: Platform, log: vscode.LogOutputChannel): LladaApi {
  const { globalState, secrets } = context;
  const known = new KnownModels(globalState);
  const times = new ModelTimes(globalState);
  const heavy = new HeavyModels(globalState, platform);
  const serverToken = (): Thenable<string | undefined> => storedServerToken(secrets);
  const surroundings = { platform, log, serverToken, heavy, times };
  const engines = new Engines((settings) => new EngineSession(settings, surroundings));
  end = () => Promise.all([engines.dispose(), times.save()]);
  const engine = engines.commands;
  const trees = new SyntaxTrees(platform.readFile, log);
  const fills = new Fills(engine, globalState, trees, log, platform.isWriteProtected);
  const fresh = new FreshFillKeeper(fills);
  const judge = new Judge(engine, log);
  const refinements = new Refinements(judge, fills, fresh);
  const heatMap = new HeatMap(judge, fresh, trees);
  const nextEdits = new NextEdits(context.extensionUri, engines, trees, fills, log);
  const completions = new InlineCompletions(engines, fills, trees, nextEdits, log);
  const demo = new DemoPanel(context.extensionUri, engine, log);

  const parts = {
    engines,
    fills,
    completions,
    nextEdits,
    fresh,
    judge,
    refinements,
    heatMap,
    demo,
    trees,
    platform,
    known,
    times,
    secrets,
    log,
  };
  context.subscriptions.push(
    fills,
    fresh,
    new ResultBar(fresh),
    judge,
    heatMap,
    trees,
    completions,
    nextEdits,
    demo,
    new StatusBar(engines, fills),
    new SlowMachineHint(engine, globalState, platform),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, completions),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, nextEdits),
    onDidChangeModelSettings(() => void restartEngine(parts)),
    registerCommands(parts),
  );
  return {
    engineState: () => engine.state,
    suggestionEngineState: () => engines.suggestions.state,
    onDidChangeEngineState: engine.onDidChangeState,
    onDidStartFill: fills.onDidStart,
    onDidStepFill: fills.onDidStep,
    onDidEndFill: fills.onDidEnd,
    onDidProvideCompletion: completions.onDidProvide,
    onDidLookForNextEdit: nextEdits.onDidLook,
    nextEdit: () => nextEdits.shown,
    freshFill: () => fresh.current,
    heatMap: () => heatMap.judged,
  };
}
