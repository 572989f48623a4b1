import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ImportedModel } from '../../src/engine/index';
import { fill, filled, openText, useExtension } from '../support/host/editing';
import { IDS, tinyCheckpoint, writeCheckpoint } from '../support/import/tiny-checkpoint';

type Choice = { readonly label: string };

/** The import itself is real, in its own process; dialogs, which no test can click, are answered here. */
describe('Import Model', function () {
  this.timeout(120_000);
  useExtension();
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'llada-import-'));
  const source = path.join(folder, 'Tiny-Coder');
  const undo: (() => unknown)[] = [];

  function replace(name: keyof typeof vscode.window, by: unknown): void {
    const own = vscode.window[name];
    (vscode.window as unknown as Record<string, unknown>)[name] = by;
    undo.push(() => ((vscode.window as unknown as Record<string, unknown>)[name] = own));
  }

  /** Takes the entry that begins so of each list, and the folders one after the other. */
  function answer(labels: readonly string[], folders: readonly string[]): string[] {
    const left = { labels: [...labels], folders: [...folders] };
    const titles: string[] = [];
    replace('showQuickPick', (items: readonly Choice[], options: vscode.QuickPickOptions) => {
      titles.push(options.title!);
      const wanted = left.labels.shift()!;
      return Promise.resolve(items.find(({ label }) => label.startsWith(wanted)));
    });
    replace('showOpenDialog', () => Promise.resolve([vscode.Uri.file(left.folders.shift()!)]));
    return titles;
  }

  before(() => {
    const checkpoint = tinyCheckpoint();
    // As Open-dCoder has it: an ordinary Qwen2 by its config.json.
    Object.assign(checkpoint.config, { model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'] });
    writeCheckpoint(source, checkpoint);
  });
  afterEach(() => {
    for (const take of undo.splice(0).reverse()) take();
  });
  after(async () => {
    await vscode.workspace.getConfiguration('llada').update('model.path', undefined, true);
    fs.rmSync(folder, { recursive: true });
  });

  it('asks what the files do not tell, and the model that was chosen then fills', async () => {
    const titles = answer(['A Folder', 'int8-blocks', 'open-dcoder'], [source, folder]);
    const used = new Promise<string>((resolve) => {
      replace('showInformationMessage', (message: string, use: string) => {
        resolve(message);
        return Promise.resolve(use);
      });
    });
    const imported = await vscode.commands.executeCommand<ImportedModel>('llada.importModel');
    assert.equal(imported.name, 'Tiny-Coder');
    assert.deepEqual(titles, ['Import a Model From', 'Form of the Weights', 'Which Network Is It?']);
    const out = path.join(folder, 'Tiny-Coder-int8-blocks');
    assert.ok(fs.existsSync(path.join(out, 'config.json')));
    assert.match(await used, /Its licence: not stated/);

    const changed = (): string => vscode.workspace.getConfiguration('llada').get('model.path', '');
    while (changed() !== out) await new Promise((resolve) => setTimeout(resolve, 20));
    const editor = await openText('const a = ;\n');
    editor.selection = new vscode.Selection(0, 10, 0, 10);
    const { step } = filled(await fill('cursor'));
    assert.equal(step.done, true);
  });

  it('says why a checkpoint is refused', async () => {
    const other = path.join(folder, 'Other');
    const checkpoint = tinyCheckpoint();
    checkpoint.config['mask_token_id'] = IDS.other;
    writeCheckpoint(other, checkpoint);
    answer(['A Folder', 'f16'], [other, folder]);
    const shown = new Promise<string>((resolve) => {
      replace('showErrorMessage', (message: string) => {
        resolve(message);
        return Promise.resolve(undefined);
      });
    });
    assert.equal(await vscode.commands.executeCommand('llada.importModel'), undefined);
    assert.match(await shown, /config\.json: the mask is 271 .* but 266 by/);
    assert.ok(!fs.existsSync(path.join(folder, 'Other-f16')));
  });
});
