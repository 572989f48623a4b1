import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ImportedModel } from '../../src/engine/index';
import { fill, filled, openText, useExtension } from '../support/host/editing';
import { IDS, tinyCheckpoint, writeCheckpoint } from '../support/import/tiny-checkpoint';

type Choice = Pick<vscode.QuickPickItem, 'label' | 'description' | 'detail' | 'kind'>;

/** The import itself is real, in its own process; dialogs, which no test can click, are answered here. */
describe('Import Model', function () {
  this.timeout(120_000);
  const api = useExtension();
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'llada-import-'));
  const source = path.join(folder, 'Tiny-Coder');
  const out = path.join(folder, 'Tiny-Coder-int8-blocks');
  const undo: (() => unknown)[] = [];

  const llada = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('llada');

  /** Waits until a setting has a value: the command that sets it may have returned before. */
  async function set(name: string, value: string): Promise<void> {
    while (llada().get(name, '') !== value) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async function use(models: { readonly path?: string; readonly suggestions?: string }): Promise<void> {
    await llada().update('model.path', models.path, true);
    await llada().update('inlineCompletions.model', models.suggestions, true);
  }

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
    await use({});
    fs.rmSync(folder, { recursive: true });
  });

  it('asks what the files do not tell, and the model that was chosen then fills', async () => {
    fs.rmSync(out, { recursive: true, force: true });
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
    assert.ok(fs.existsSync(path.join(out, 'config.json')));
    assert.match(await used, /Its licence: not stated/);

    await set('model.path', out);
    const editor = await openText('const width = 3;\nconst height = 4;\nconst area = ;\n');
    editor.selection = new vscode.Selection(2, 13, 2, 13);
    const { step } = filled(await fill('cursor'));
    assert.equal(step.done, true);
  });

  it('is listed by Choose Model, with what it can and its time here', async () => {
    await use({ path: out });
    const lists: (readonly Choice[])[] = [];
    const wanted = ['The model of the extension', 'Model of suggestions', 'Tiny-Coder'];
    replace('showQuickPick', (items: readonly Choice[]) => {
      lists.push(items);
      const label = wanted.shift()!;
      return Promise.resolve(
        items.find((item) => item.label.replace(/^\$\([\w-]+\) /, '').startsWith(label)),
      );
    });
    await vscode.commands.executeCommand('llada.chooseModel');
    await set('model.path', '');
    const [own, ...others] = lists[0]!;
    assert.match(own!.description!, /^[\d.]+ M weights · int8 · \d+ MB · licence: MIT$/);
    assert.match(own!.detail!, / · finds lengths · doubts its text · guidance$/);
    const tiny = others.find(({ label }) => label === 'Tiny-Coder')!;
    assert.equal(tiny.description, 'in use · 0.1 M weights · int8-blocks · 1 MB · licence not stated');
    assert.match(
      tiny.detail!,
      /^\d+ ms a request here, on cpu · guesses lengths · doubts slowly · no guidance$/,
    );
    const bundled = lists[0]!.filter(({ label }) => label === own!.label || label === 'llada-base');
    assert.equal(new Set(bundled.map(({ description }) => description)).size, bundled.length);

    await vscode.commands.executeCommand('llada.chooseModel');
    await set('inlineCompletions.model', out);
    assert.equal(lists[2]![0]!.description, 'in use');
  });

  it('writes suggestions while commands have another model', async () => {
    await use({ suggestions: out });
    const editor = await openText('const width = 3;\nconst height = 4;\nconst area = ;\n');
    editor.selection = new vscode.Selection(2, 13, 2, 13);
    const provided = new Promise((resolve) => api().onDidProvideCompletion(resolve));
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await provided;
    filled(await fill('cursor'));
    const bundles = [api().engineState(), api().suggestionEngineState()].map((state) =>
      state.kind === 'ready' ? state.info.bundle : state.kind,
    );
    assert.deepEqual(bundles, ['llada-base', 'Tiny-Coder']);
    await llada().update('inlineCompletions.model', undefined, true);
    assert.deepEqual(api().suggestionEngineState(), api().engineState());
  });

  it('of billions of weights is not loaded onto a processor before the user says so', async () => {
    // Whoever has answered is not asked again.
    const large = fs.mkdtempSync(path.join(folder, 'large-'));
    const config = JSON.parse(fs.readFileSync(path.join(out, 'config.json'), 'utf8')) as {
      model: Record<string, unknown>;
    };
    Object.assign(config.model, { layers: 28, width: 3584, swiglu: 18944, vocabulary: 152064 });
    fs.writeFileSync(path.join(large, 'config.json'), JSON.stringify(config));
    const warnings: string[] = [];
    replace('showWarningMessage', (message: string, ...choices: string[]) => {
      warnings.push(message);
      return Promise.resolve(choices.at(warnings.length === 1 ? 2 : 0));
    });
    await llada().update('model.path', large, true);
    await openText('const a = 1;\n');
    const outcome = await fill('cursor');
    assert.notEqual(outcome?.kind, 'filled');
    assert.match(warnings[0]!, /^Tiny-Coder has \d\.\d billion weights: .* about \d+ s on this processor/);
    const state = api().engineState();
    assert.ok(state.kind === 'error' && /was not loaded, because it is large/.test(state.error.message));
    // Now it is loaded, which says what is wrong with this one.
    await fill('cursor');
    const then = api().engineState();
    assert.ok(then.kind === 'error' && then.error.code === 'bundle-damaged', JSON.stringify(then));
    assert.equal(warnings.length, 2);
    await fill('cursor');
    assert.equal(warnings.length, 2, 'it is asked once');
    await llada().update('model.path', undefined, true);
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
