import * as vscode from 'vscode';
import {
  ArchitectureUnknown,
  type ImportedModel,
  type ImportPhase,
  type ImportRequest,
} from '../../engine/index';
import { chosenFolder } from '../shared/chosen-folder';
import { quietly, reportFailure } from '../shared/notices';
import type { Platform } from '../shared/platform';
import { setModelPath } from '../shared/settings';
import type { KnownModels } from './known-models';

type Import = NonNullable<Platform['importModel']>;

/** “LLaDA: Import Model…”: a bundle of somebody else's model, from a folder or from the hub. */
export async function importModel(
  { importModel: run }: Pick<Platform, 'importModel'>,
  known: Pick<KnownModels, 'add'>,
  log: vscode.LogOutputChannel,
): Promise<ImportedModel | undefined> {
  if (!run) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'Models cannot be imported in a browser: there is no folder for them. Use VS Code on a desktop.',
      ),
    );
    return undefined;
  }
  const request = await askForRequest();
  if (!request) return undefined;
  try {
    const imported = await runAsking(run, request, log);
    if (imported) {
      await known.add(request.out);
      void offer(imported, request.out);
    }
    return imported;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'cancelled')
      quietly(vscode.l10n.t('The import was cancelled.'));
    reportFailure(log, 'The import failed', error);
    return undefined;
  }
}

/** Asks for the architecture where the model's files do not tell, and runs again. */
async function runAsking(
  run: Import,
  request: ImportRequest,
  log: vscode.LogOutputChannel,
): Promise<ImportedModel | undefined> {
  try {
    return await runVisibly(run, request);
  } catch (error) {
    if (!(error instanceof ArchitectureUnknown)) throw error;
    log.info(error.message);
    const choice = await vscode.window.showQuickPick(
      error.choices.map(({ name, how }) => ({ label: name, detail: how })),
      {
        title: vscode.l10n.t('Which Network Is It?'),
        placeHolder: vscode.l10n.t(
          'Its files fit several: look at the model card. A causal model cannot fill holes.',
        ),
      },
    );
    return choice && runVisibly(run, { ...request, architecture: choice.label });
  }
}

async function runVisibly(run: Import, request: ImportRequest): Promise<ImportedModel> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Importing {0}', request.source),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const shown: Partial<Record<ImportPhase, number>> = {};
    return run(request, {
      signal: abort.signal,
      onProgress: (phase, done, all) => {
        const percent = Math.floor((100 * done) / Math.max(1, all));
        const increment = percent - (shown[phase] ?? 0);
        shown[phase] = percent;
        const amount = vscode.l10n.t('{0} of {1} MB', Math.round(done / 1e6), Math.round(all / 1e6));
        const what = phase === 'downloading' ? vscode.l10n.t('downloading') : vscode.l10n.t('writing');
        // Two halves, where there is something to download.
        progress.report({ message: `${what} ${amount}`, increment: increment / 2 });
      },
    });
  });
}

async function askForRequest(): Promise<ImportRequest | undefined> {
  const source = await askForSource();
  if (source === undefined) return undefined;
  const precision = await vscode.window.showQuickPick(
    [
      {
        label: 'int8-blocks' as const,
        detail: vscode.l10n.t('8 bits a weight: for processors, next to nothing lost'),
      },
      { label: 'int4-blocks' as const, detail: vscode.l10n.t('4 bits: half of that, and some loss') },
      { label: 'f16' as const, detail: vscode.l10n.t('16 bits: for graphics cards, nothing lost') },
    ],
    { title: vscode.l10n.t('Form of the Weights') },
  );
  if (!precision) return undefined;
  const parent = await chosenFolder(
    vscode.l10n.t('Folder that the bundle’s own folder is put into'),
    vscode.l10n.t('Import Here'),
  );
  if (!parent) return undefined;
  const name =
    source
      .replace(/@[^@/\\]*$/, '')
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ?? 'model';
  const out = vscode.Uri.joinPath(parent, `${name}-${precision.label}`).fsPath;
  return { source, out, precision: precision.label };
}

async function askForSource(): Promise<string | undefined> {
  const folder = vscode.l10n.t('A Folder…');
  const hub = vscode.l10n.t('The Hugging Face Hub…');
  const choice = await vscode.window.showQuickPick(
    [
      { label: folder, detail: vscode.l10n.t('with config.json, tokenizer.json and *.safetensors') },
      { label: hub, detail: vscode.l10n.t('by its id; this opens a connection, which nothing else does') },
    ],
    { title: vscode.l10n.t('Import a Model From') },
  );
  if (choice?.label === hub) {
    return vscode.window.showInputBox({
      title: vscode.l10n.t('Id of the Model'),
      placeHolder: 'Dream-org/DreamOn-v0-7B',
      validateInput: (text) =>
        /^[\w.-]+\/[\w.-]+(@[\w./-]+)?$/.test(text)
          ? undefined
          : vscode.l10n.t('owner/name, or owner/name@revision'),
    });
  }
  if (!choice) return undefined;
  const chosen = await chosenFolder(
    vscode.l10n.t('Folder of a checkpoint'),
    vscode.l10n.t('Import This Model'),
  );
  return chosen?.fsPath;
}

async function offer({ name, licence, notes }: ImportedModel, out: string): Promise<void> {
  const use = vscode.l10n.t('Use This Model');
  const stated = licence ?? vscode.l10n.t('not stated');
  const done = vscode.l10n.t('{0} was imported into {1}. Its licence: {2}.', name, out, stated);
  const choice = await vscode.window.showInformationMessage([done, ...notes].join(' '), use);
  if (choice === use) await setModelPath(out);
}
