import * as vscode from 'vscode';
import { toEngineError } from '../../engine/index';
import type { OfferedModel, Platform } from '../shared/platform';
import { modelSettings } from '../shared/settings';
import { chooseBundle } from './choose-bundle';
import type { KnownModels } from './known-models';
import { describeAbilities, describeModel } from './model-facts';
import type { ModelTimes } from './model-times';

/** The sources of the list of models. */
export interface ModelList {
  readonly platform: Platform;
  readonly known: KnownModels;
  readonly times: ModelTimes;
}

/** The consequence of choosing an entry of the list. */
export type Choice =
  | { readonly kind: 'model'; readonly path: string }
  | { readonly kind: 'same' | 'folder' | 'import' | 'suggestions' };

export interface ModelItem extends vscode.QuickPickItem {
  readonly choice?: Choice;
}

/** Of the extension and its models. */
const OWN_LICENCE = 'MIT';

/**
 * Every model that can be chosen, with its facts: the extension's own, then those that the user has imported or chosen
 * before. What has been removed is left out, unless it is in use.
 *
 * @param present the path that is in use; undefined for none of these
 */
export async function modelItems(list: ModelList, present: string | undefined): Promise<ModelItem[]> {
  const { platform, known } = list;
  const bundled = await platform.bundledModels();
  const own = await ownItem(list, bundled, present);
  if (!platform.hasFolders) return [own];
  // The form that the extension's own model has at present would be there twice.
  const forms = bundled
    .filter(({ folder }) => folder !== own.folder || folder === present)
    .map(({ folder }) => itemOf(list, { folder, present, licence: OWN_LICENCE }));
  const others = new Set([...known.folders, ...(present ? [present] : [])]);
  for (const { folder } of bundled) others.delete(folder);
  const imported = await Promise.all([...others].map((folder) => itemOf(list, { folder, present })));
  const there = imported.filter((item, i) => item.isRight || [...others][i] === present);
  return [
    own,
    ...(await Promise.all(forms)),
    ...(there.length > 0 ? [separator(vscode.l10n.t('Imported'))] : []),
    ...there,
  ];
}

export function separator(label = ''): ModelItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

/** The model that an empty setting means. */
async function ownItem(
  list: ModelList,
  bundled: readonly OfferedModel[],
  present: string | undefined,
): Promise<ModelItem & { readonly folder?: string }> {
  const label = vscode.l10n.t('The model of the extension');
  try {
    const folder = chooseBundle(bundled, { path: '', provider: modelSettings().provider }, list.platform);
    return { ...(await itemOf(list, { folder, path: '', present, licence: OWN_LICENCE })), label, folder };
  } catch (error) {
    return { label, detail: toEngineError(error).message, choice: { kind: 'model', path: '' } };
  }
}

interface ModelPlace {
  readonly folder: string;
  /** The value that the setting gets; the folder, if not given. */
  readonly path?: string;
  readonly present: string | undefined;
  /** Where the bundle names none. */
  readonly licence?: string;
}

async function itemOf(
  { platform, times }: ModelList,
  { folder, path = folder, present, licence }: ModelPlace,
): Promise<ModelItem & { readonly isRight: boolean }> {
  const inUse = path === present;
  const choice: Choice = { kind: 'model', path };
  try {
    const summary = await platform.summarize(folder);
    return {
      label: summary.name,
      description: describeModel({ ...summary, licence: summary.licence ?? licence }, inUse),
      detail: describeAbilities(summary, times.of(folder)),
      choice,
      isRight: true,
    };
  } catch (error) {
    const description = inUse ? vscode.l10n.t('in use') : '';
    return { label: folder, description, detail: toEngineError(error).message, choice, isRight: false };
  }
}
