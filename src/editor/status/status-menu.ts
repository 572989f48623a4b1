import * as vscode from 'vscode';
import type { Fills } from '../fills/fills';
import type { FreshFillKeeper } from '../fills/fresh-fill';
import { inlineCompletionsEnabled } from '../shared/settings';

export const MENU_COMMAND = 'llada.showMenu';

interface MenuItem extends vscode.QuickPickItem {
  readonly command?: string;
  readonly args?: readonly unknown[];
}

/** Offers every command, at a click on the status bar's item. */
export async function showMenu(fills: Fills, fresh: FreshFillKeeper): Promise<void> {
  const { t } = vscode.l10n;
  const items: MenuItem[] = [
    ...(fills.progress ? [{ label: `$(stop-circle) ${t('Cancel Fill')}`, command: 'llada.cancelFill' }] : []),
    { label: `$(wand) ${t('Fill Masked Region')}`, command: 'llada.fillMaskedRegion' },
    { label: `$(comment) ${t('Fill from Comment')}`, command: 'llada.fillFromComment' },
    ...(fresh.current ? [{ label: `$(refresh) ${t('Another Fill')}`, command: 'llada.anotherFill' }] : []),
    { label: `$(sparkle) ${t('Improve Selection')}`, command: 'llada.improveSelection' },
    { label: `$(list-selection) ${t('Show Alternatives')}`, command: 'llada.showAlternatives' },
    { label: `$(flame) ${t('Explain Uncertainty')}`, command: 'llada.explainUncertainty' },
    { label: `$(symbol-array) ${t('Open Generation Demo')}`, command: 'llada.openGenerationDemo' },
    { label: t('Inline Completions'), kind: vscode.QuickPickItemKind.Separator },
    {
      label: inlineCompletionsEnabled()
        ? `$(circle-slash) ${t('Turn Inline Completions Off')}`
        : `$(check) ${t('Turn Inline Completions On')}`,
      command: 'llada.toggleInlineCompletions',
    },
    { label: `$(bell-slash) ${t('Snooze Inline Completions…')}`, command: 'llada.snooze' },
    { label: `$(arrow-right) ${t('Suggest Next Edit')}`, command: 'llada.suggestNextEdit' },
    { label: t('Engine'), kind: vscode.QuickPickItemKind.Separator },
    { label: `$(package) ${t('Choose Model…')}`, command: 'llada.chooseModel' },
    { label: `$(cloud-download) ${t('Import Model…')}`, command: 'llada.importModel' },
    { label: `$(chip) ${t('Choose Provider…')}`, command: 'llada.chooseProvider' },
    { label: `$(key) ${t('Set Server Token…')}`, command: 'llada.setServerToken' },
    { label: `$(dashboard) ${t('Run Benchmark')}`, command: 'llada.runBenchmark' },
    { label: `$(debug-restart) ${t('Restart Engine')}`, command: 'llada.restartEngine' },
    { label: `$(output) ${t('Show Log')}`, command: 'llada.showLog' },
    {
      label: `$(gear) ${t('Settings')}`,
      command: 'workbench.action.openSettings',
      args: ['@ext:llada-infill.llada-infill'],
    },
  ];
  const choice = await vscode.window.showQuickPick(items, { title: 'LLaDA Infill' });
  if (choice?.command) await vscode.commands.executeCommand(choice.command, ...(choice.args ?? []));
}
