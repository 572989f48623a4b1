import * as vscode from 'vscode';
import type { ProviderName } from '../../engine/index';
import type { Platform } from '../shared/platform';
import { modelSettings, setProvider } from '../shared/settings';

const PROVIDERS: Readonly<Record<ProviderName | 'auto', string>> = {
  auto: vscode.l10n.t('the fastest that works on this machine'),
  cpu: vscode.l10n.t('processor cores; works everywhere'),
  webgpu: vscode.l10n.t('graphics card through WebGPU'),
  cuda: vscode.l10n.t('NVIDIA graphics card through CUDA'),
  dml: vscode.l10n.t('graphics card through DirectML'),
  coreml: vscode.l10n.t('Apple devices through Core ML'),
};

/** “LLaDA: Choose Provider”: what the model runs on. */
export async function chooseProvider({ providers }: Pick<Platform, 'providers'>): Promise<void> {
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
