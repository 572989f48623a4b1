import * as vscode from 'vscode';
import type { InlineCompletions } from './completions/inline-completions';
import type { DemoPanel } from './demo-panel';
import type { SyntaxTrees } from './document/syntax-trees';
import { runBenchmark } from './engine/benchmark';
import { chooseModel } from './engine/choose-model';
import { chooseProvider } from './engine/choose-provider';
import { importModel } from './engine/import-model';
import type { ModelList } from './engine/model-items';
import { askForServerToken } from './engine/server/server-token';
import type { Engines } from './engine/engines';
import { targetKindOf } from './fills/choose-targets';
import { fillFromComment } from './fills/fill-from-comment';
import type { Fills } from './fills/fills';
import type { FreshFillKeeper } from './fills/fresh-fill';
import type { HeatMap } from './judging/heat-map';
import type { Judge } from './judging/judge';
import type { Refinements } from './judging/refinements';
import type { NextEdits } from './next-edit/next-edits';
import { toggleInlineCompletions } from './shared/settings';
import { showMenu } from './status/status-menu';

/** The parts of the window's extension that commands act on. */
export interface CommandParts extends ModelList {
  readonly engines: Engines;
  readonly fills: Fills;
  readonly completions: InlineCompletions;
  readonly nextEdits: NextEdits;
  readonly fresh: FreshFillKeeper;
  readonly judge: Judge;
  readonly refinements: Refinements;
  readonly heatMap: HeatMap;
  readonly demo: DemoPanel;
  readonly trees: SyntaxTrees;
  readonly secrets: vscode.SecretStorage;
  readonly log: vscode.LogOutputChannel;
}

/** Runs a command; what it returns is what `executeCommand` resolves to. */
type Handler = (parts: CommandParts, argument?: unknown) => unknown;

/** Every command by its id. A test holds `contributes.commands` of package.json against this table. */
const COMMANDS: Readonly<Record<string, Handler>> = {
  'llada.fillMaskedRegion': ({ fills }, argument) => fills.run(targetKindOf(argument)),
  'llada.cancelFill': cancel,
  'llada.fillFromComment': ({ fills, trees }) => fillFromComment(fills, trees),
  'llada.acceptFill': ({ fresh }) => fresh.accept(),
  'llada.anotherFill': ({ fresh }) => fresh.another(),
  'llada.improveFill': ({ refinements }) => refinements.improveFill(),
  'llada.undoFill': ({ fresh }) => fresh.undo(),
  'llada.improveSelection': ({ refinements }) => refinements.improve(),
  'llada.showAlternatives': ({ refinements }) => refinements.chooseAlternative(),
  'llada.explainUncertainty': ({ heatMap }) => heatMap.explain(),
  'llada.hideUncertainty': ({ heatMap }) => heatMap.hide(),
  'llada.openGenerationDemo': ({ demo }) => demo.open(),
  'llada.toggleInlineCompletions': () => toggleInlineCompletions(),
  'llada.dismissSuggestion': ({ completions }) => completions.dismiss(),
  // VS Code's own, for every extension's completions.
  'llada.snooze': () => vscode.commands.executeCommand('editor.action.inlineSuggest.snooze'),
  'llada.suggestNextEdit': ({ nextEdits }) => nextEdits.suggest(),
  'llada.goToNextEdit': ({ nextEdits }, key) => (key === 'tab' ? nextEdits.tab() : nextEdits.next()),
  'llada.acceptNextEdit': ({ nextEdits }, key) => (key === 'tab' ? nextEdits.tab() : nextEdits.accept()),
  'llada.dismissNextEdit': ({ nextEdits }) => nextEdits.dismiss(),
  'llada.chooseModel': (parts) => chooseModel(parts),
  'llada.importModel': ({ platform, known, log }) => importModel(platform, known, log),
  'llada.chooseProvider': ({ platform }) => chooseProvider(platform),
  'llada.setServerToken': setServerToken,
  'llada.runBenchmark': ({ engines, platform, log }) => runBenchmark(engines.commands, platform, log),
  'llada.restartEngine': restartEngine,
  'llada.showLog': ({ log }) => log.show(),
  'llada.showMenu': ({ fills, fresh }) => showMenu(fills, fresh),
};

/** Registers every command; dispose of them together. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(COMMANDS).map(([id, run]) =>
      vscode.commands.registerCommand(id, (argument?: unknown) => run(parts, argument)),
    ),
  );
}

/** Ends the engines and what is under way; the next request loads the engine that is then set. */
export async function restartEngine(parts: Pick<CommandParts, 'engines' | 'fills' | 'judge'>): Promise<void> {
  cancel(parts);
  await parts.engines.restart();
}

async function setServerToken(parts: CommandParts): Promise<void> {
  if (await askForServerToken(parts.secrets)) await restartEngine(parts);
}

function cancel({ fills, judge }: Pick<CommandParts, 'fills' | 'judge'>): void {
  fills.cancel();
  judge.cancel();
}
