import * as vscode from 'vscode';
import type { ProviderName } from '../../engine/index';
import { chosenFolder } from '../shared/chosen-folder';
import type { Platform } from '../shared/platform';
import { modelSettings, setModelPath, setProvider } from '../shared/settings';

interface ModelItem extends vscode.QuickPickItem {
  /** Undefined: a folder is still to be chosen. */
  readonly path: string | undefined;
}

/** “LLaDA: Choose Model”: the model of the extension, or the folder of another bundle. */
export async function chooseModel(platform: Platform): Promise<void> {
  const present = modelSettings().path;
  const current = (path: string): string => (path === present ? vscode.l10n.t('in use') : '');
  const bundled = platform.hasFolders ? await platform.bundledModels() : [];
  const items: ModelItem[] = [
    {
      label: vscode.l10n.t('The model of the extension'),
      description: current(''),
      detail: vscode.l10n.t('The form of it that suits the provider'),
      path: '',
    },
    ...bundled.map(({ folder, precision }) => ({
      label: folder.split(/[\\/]/).at(-1)!,
      description: [precision, current(folder)].filter((text) => text !== '').join(', '),
      detail: folder,
      path: folder,
    })),
    ...(present === '' || bundled.some(({ folder }) => folder === present)
      ? []
      : [{ label: present, description: current(present), path: present }]),
    ...(platform.hasFolders ? [{ label: vscode.l10n.t('Another folder…'), path: undefined }] : []),
  ];
  const choice = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Choose Model') });
  if (!choice) return;
  const path = choice.path ?? (await askForFolder());
  if (path !== undefined) await setModelPath(path);
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

const PROVIDERS: Readonly<Record<ProviderName | 'auto', string>> = {
  auto: vscode.l10n.t('the fastest that works on this machine'),
  cpu: vscode.l10n.t('processor cores; works everywhere'),
  webgpu: vscode.l10n.t('graphics card through WebGPU'),
  cuda: vscode.l10n.t('NVIDIA graphics card through CUDA'),
  dml: vscode.l10n.t('graphics card through DirectML'),
  coreml: vscode.l10n.t('Apple devices through Core ML'),
};

/** “LLaDA: Choose Provider”: what the model runs on. */
export async function chooseProvider({ providers }: Platform): Promise<void> {
  const present = modelSettings().provider;
  const items = providers.map((provider) => ({
    label: provider,
    description: PROVIDERS[provider],
    detail: provider === present ? vscode.l10n.t('in use') : '',
    provider,
  }));
  const choice = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Choose Provider') });
  if (choice) await setProvider(choice.provider);
}
