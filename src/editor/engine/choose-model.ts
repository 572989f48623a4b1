import * as vscode from 'vscode';
import { chosenFolder } from '../shared/chosen-folder';
import {
  hasSuggestionModel,
  modelSettings,
  setModelPath,
  setSuggestionModel,
  suggestionModelSettings,
} from '../shared/settings';
import type { KnownModels } from './known-models';
import { modelItems, separator, type Choice, type ModelItem, type ModelList } from './model-items';

/** “LLaDA: Choose Model”: the extension's own, those that were imported, or the folder of another bundle. */
export async function chooseModel(list: ModelList): Promise<void> {
  const present = modelSettings().path;
  const { t } = vscode.l10n;
  const items: ModelItem[] = await modelItems(list, present);
  if (list.platform.hasFolders) {
    items.push(
      separator(),
      { label: `$(folder) ${t('Another folder…')}`, choice: { kind: 'folder' } },
      { label: `$(cloud-download) ${t('Import Model…')}`, choice: { kind: 'import' } },
      {
        label: `$(lightbulb) ${t('Model of suggestions…')}`,
        description: hasSuggestionModel() ? t('one of their own') : t('the same'),
        detail: t('a small one can type along while a large one fills'),
        choice: { kind: 'suggestions' },
      },
    );
  }
  const choice = await pick(items, t('Choose Model'));
  if (choice?.kind === 'suggestions') return chooseSuggestionModel(list);
  if (choice?.kind === 'import') return vscode.commands.executeCommand('llada.importModel');
  const path = await pathOf(choice, list.known);
  if (path !== undefined) await setModelPath(path);
}

async function chooseSuggestionModel(list: ModelList): Promise<void> {
  const { t } = vscode.l10n;
  const own = hasSuggestionModel();
  const items: ModelItem[] = [
    {
      label: t('The same as for commands'),
      description: own ? '' : t('in use'),
      choice: { kind: 'same' },
    },
    ...(await modelItems(list, own ? suggestionModelSettings().path : undefined)),
    separator(),
    { label: `$(folder) ${t('Another folder…')}`, choice: { kind: 'folder' } },
  ];
  const choice = await pick(items, t('Choose the Model of Suggestions'));
  if (choice?.kind === 'same') return setSuggestionModel(undefined);
  const path = await pathOf(choice, list.known);
  if (path !== undefined) await setSuggestionModel(path);
}

async function pick(items: readonly ModelItem[], title: string): Promise<Choice | undefined> {
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true, matchOnDetail: true }))
    ?.choice;
}

async function pathOf(choice: Choice | undefined, known: KnownModels): Promise<string | undefined> {
  if (choice?.kind === 'model') return choice.path;
  if (choice?.kind !== 'folder') return undefined;
  const folder = await askForFolder();
  if (folder !== undefined) await known.add(folder);
  return folder;
}

async function askForFolder(): Promise<string | undefined> {
  const folder = await chosenFolder(
    vscode.l10n.t('Folder of a model bundle'),
    vscode.l10n.t('Use This Model'),
  );
  if (!folder) return undefined;
  const config = vscode.Uri.joinPath(folder, 'config.json');
  const isBundle = await vscode.workspace.fs.stat(config).then(
    () => true,
    () => false,
  );
  if (isBundle) return folder.fsPath;
  void vscode.window.showWarningMessage(
    vscode.l10n.t(
      'There is no model bundle in “{0}”: it has no config.json. Choose a folder that has one.',
      folder.fsPath,
    ),
  );
  return undefined;
}
