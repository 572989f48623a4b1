import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { NextEdit } from '../../src/editor/next-edit/next-edits';
import {
  closeAll,
  configure,
  forTest,
  freshName,
  next,
  openFile,
  openText,
  useExtension,
} from '../support/host/editing';

const CODE = 'function f(count) {\n  const a = 1;\n  return count + a;\n}\n\nf(2);\n';
/** A call of which no rule knows what it passes for a new parameter. */
const CALLED =
  'function drawLine(canvas) {\n  canvas.strokeStyle = color;\n  canvas.stroke();\n}\n\nfunction drawPage(page, color) {\n  drawLine(page.canvas);\n}\n';
/** Two classes have a member of one name: the tree does not know whose is meant behind a dot. */
const MEMBERS =
  'class A {\n  count = 1;\n}\nclass B {\n  count = 2;\n}\nconst a = new A();\nconst b = new B();\nf(a.count, a.count, b.count);\ndeclare function f(...all: number[]): void;\nexport {};\n';
/** The same in a language of which VS Code itself knows nothing: no slow provider answers beside the test's own. */
const JAVA_MEMBERS =
  'class A {\n  int count = 1;\n}\nclass B {\n  int count = 2;\n}\nclass C {\n  int f(A a, B b) {\n    return a.count + a.count + b.count;\n  }\n}\n';
/** Longer than the pause after which it is looked. */
const QUIET_MS = 1500;

interface Binding {
  readonly command: string;
  readonly key: string;
  readonly when: string;
}

describe('the next edit', function () {
  this.timeout(120_000);
  const llada = useExtension({
    'llada.inlineCompletions.enabled': false,
    'editor.autoClosingBrackets': 'never',
  });

  /** Replaces a part of the text as somebody does who types over it. */
  async function typeOver(editor: vscode.TextEditor, old: string, text: string): Promise<void> {
    const at = editor.document.getText().indexOf(old);
    const [start, end] = [at, at + old.length].map((offset) => editor.document.positionAt(offset));
    editor.selection = new vscode.Selection(start!, end!);
    await vscode.commands.executeCommand('type', { text });
  }

  async function proposed(change: () => Promise<unknown>): Promise<NextEdit> {
    const looked = next(llada().onDidLookForNextEdit, (found) => found !== undefined);
    await change();
    return (await looked)!;
  }

  async function silent(change: () => Promise<unknown>): Promise<void> {
    const found: NextEdit[] = [];
    const listening = llada().onDidLookForNextEdit((edit) => edit && found.push(edit));
    await change();
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    listening.dispose();
    assert.deepEqual(
      found.map(({ text }) => text),
      [],
    );
    assert.equal(llada().nextEdit(), undefined);
  }

  const run = async (command: string, ...args: readonly unknown[]): Promise<unknown> =>
    vscode.commands.executeCommand(command, ...args);

  it('is what the model takes where no rule knows what is passed: by command, and by itself unless that is off', async () => {
    const off = await configure({ 'llada.nextEdit.model': false });
    const editor = await openText(CALLED);
    await silent(() => typeOver(editor, 'canvas)', 'canvas, color)'));
    const shown = await vscode.commands.executeCommand<NextEdit | undefined>('llada.suggestNextEdit');
    assert.deepEqual([shown?.range.start.line, shown?.text], [6, ', color']);
    await run('llada.acceptNextEdit');
    assert.ok(editor.document.getText().includes('drawLine(page.canvas, color);'));
    await off();
    const on = await configure({ 'llada.nextEdit.model': true });
    const other = await openText(CALLED);
    assert.equal((await proposed(() => typeOver(other, 'canvas)', 'canvas, color)'))).text, ', color');
    await closeAll();

    // A completion that is asked for meanwhile has precedence, and nothing is lost.
    const third = await openText(CALLED);
    const isAsked = next(llada().onDidChangeEngineState, ({ kind }) => kind === 'working');
    await typeOver(third, 'canvas)', 'canvas, color)');
    await isAsked;
    const provided = next(llada().onDidProvideCompletion);
    const { text } = await proposed(() => run('editor.action.inlineSuggest.trigger'));
    await provided;
    assert.equal(text, ', color');
    await on();
  });

  it('is what VS Code’s reference provider names, where the tree cannot tell which member is meant', async () => {
    const editor = await openText(JAVA_MEMBERS, 'java');
    const { document } = editor;
    const [declared, ...uses] = [...JAVA_MEMBERS.matchAll(/count(?= = 1)|(?<=a\.)count/g)].map(
      ({ index }) => {
        const start = document.positionAt(index);
        return new vscode.Range(start, start.translate(0, 'count'.length));
      },
    );
    let asked = (): void => undefined;
    const wasAsked = new Promise<void>((resolve) => (asked = resolve));
    const provider = vscode.languages.registerReferenceProvider(
      { scheme: document.uri.scheme, language: 'java' },
      {
        provideReferences: (_, position) => {
          if (declared!.contains(position)) asked();
          const isOld = document.getText(declared) === 'count';
          return isOld ? [declared!, ...uses].map((range) => new vscode.Location(document.uri, range)) : [];
        },
      },
    );
    try {
      editor.selection = new vscode.Selection(declared!.start, declared!.end);
      await wasAsked;
      // The extension has its answer when another question has one.
      await vscode.commands.executeCommand(
        'vscode.executeReferenceProvider',
        document.uri,
        new vscode.Position(0, 0),
      );
      const { range, text } = await proposed(() => run('type', { text: 'total' }));
      assert.deepEqual([document.getText(range), text, range.start], ['count', 'total', uses[0]!.start]);
      const second = await proposed(async () => run('llada.acceptNextEdit'));
      assert.deepEqual(second.range.start, uses[1]!.start);
      await silent(async () => run('llada.acceptNextEdit'));
      assert.match(document.getText(), /b\.count/, 'another class’s member is left alone');
    } finally {
      provider.dispose();
    }
  });

  it('is what TypeScript’s own references are, where VS Code has it', async function () {
    if (!vscode.extensions.getExtension('vscode.typescript-language-features')) this.skip();
    this.timeout(300_000);
    const at = MEMBERS.indexOf('count');
    const references = async ({ document }: vscode.TextEditor): Promise<vscode.Location[]> =>
      vscode.commands.executeCommand(
        'vscode.executeReferenceProvider',
        document.uri,
        document.positionAt(at),
      );
    let found: NextEdit | undefined;
    // Its server starts first; and a busy machine may not have its answer when the typing begins.
    while (!found) {
      const editor = await openFile(freshName('.ts'), MEMBERS);
      const { document } = editor;
      while ((await references(editor)).length < 3) await new Promise((resolve) => setTimeout(resolve, 250));
      const [start, end] = [at, at + 'count'.length].map((offset) => document.positionAt(offset));
      editor.selection = new vscode.Selection(start!, end!);
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      await references(editor);
      const looked = next(llada().onDidLookForNextEdit);
      await run('type', { text: 'total' });
      found = await looked;
      if (!found) await closeAll();
    }
    const { editor, range, text } = found;
    assert.equal(editor.document.lineAt(range.start.line).text, 'f(a.count, a.count, b.count);');
    assert.deepEqual([editor.document.getText(range), text], ['count', 'total']);
  });

  it('is proposed when a name was changed; the next command goes there, accept makes it', async () => {
    const editor = await openText(CODE);
    const { range, text } = await proposed(() => typeOver(editor, 'count', 'total'));
    assert.deepEqual([range.start.line, text], [2, 'total']);
    assert.equal(editor.document.getText().includes('return count'), true, 'nothing is edited yet');
    await run('llada.goToNextEdit');
    assert.ok(range.contains(editor.selection.active));
    await run('llada.acceptNextEdit');
    assert.equal(editor.document.getText(), CODE.replaceAll('count', 'total'));
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), CODE.replace('count', 'total'), 'one undo step');
  });

  it('comes one at a time, and the next after one was accepted', async () => {
    const editor = await openText('const count = 1;\nf(count);\ng(count);\n');
    const first = await proposed(() => typeOver(editor, 'count', 'total'));
    const second = await proposed(async () => run('llada.acceptNextEdit'));
    assert.deepEqual(
      [first, second].map(({ range }) => range.start.line),
      [1, 2],
    );
  });

  it('is accepted once where the key comes twice, and the next one comes all the same', async () => {
    const editor = await openText('const count = 1;\nf(count);\ng(count);\n');
    await proposed(() => typeOver(editor, 'count', 'total'));
    const keys = (): Promise<unknown> => Promise.all([1, 2].map(() => run('llada.acceptNextEdit')));
    const { range } = await proposed(keys);
    assert.equal(range.start.line, 2);
    assert.equal(editor.document.getText(), 'const total = 1;\nf(total);\ng(count);\n');
  });

  it('comes where the document has got another language since it was opened', async () => {
    const editor = await openText(CODE, 'plaintext');
    await vscode.languages.setTextDocumentLanguage(editor.document, 'javascript');
    const { range, text } = await proposed(() => typeOver(editor, 'count', 'total'));
    assert.deepEqual([range.start.line, text], [2, 'total']);
  });

  it('stays away from the line last edited until the cursor leaves it', async () => {
    const editor = await openText('const double = (count) => count * 2;\n\nf(1);\n');
    await silent(() => typeOver(editor, 'count', 'total'));
    const { range } = await proposed(
      () => vscode.commands.executeCommand('cursorBottom') as Promise<unknown>,
    );
    assert.equal(range.start.line, 0);
  });

  it('does not come back when it was dismissed, but when asked for', async () => {
    const editor = await openText(CODE);
    await proposed(() => typeOver(editor, 'count', 'total'));
    await run('llada.dismissNextEdit');
    assert.equal(llada().nextEdit(), undefined);
    await silent(() => vscode.commands.executeCommand('cursorBottom') as Promise<unknown>);
    await silent(() => typeOver(editor, 'f(2)', 'f(3)'));
    const asked = (await run('llada.suggestNextEdit')) as NextEdit | undefined;
    assert.equal(asked?.text, 'total');
  });

  it('does not come after an undo, and undoes nothing', async () => {
    const editor = await openText(CODE);
    await proposed(() => typeOver(editor, 'count', 'total'));
    await silent(() => vscode.commands.executeCommand('undo') as Promise<unknown>);
    assert.equal(editor.document.getText(), CODE);
  });

  it('does not come in prose', async () => {
    const prose = await openText(CODE, 'markdown');
    await silent(() => typeOver(prose, 'count', 'total'));
  });

  for (const [where, settings] of Object.entries({
    'while it is off': { 'llada.nextEdit.enabled': false },
    'in files that are switched off': { 'llada.inlineCompletions.exclude': ['**/*'] },
    'in languages that are switched off': { 'llada.inlineCompletions.languages': { javascript: false } },
  }))
    it(`does not come ${where}, but when asked for`, async () => {
      await configure(settings);
      const editor = await openText(CODE);
      await silent(() => typeOver(editor, 'count', 'total'));
      const asked = (await run('llada.suggestNextEdit')) as NextEdit | undefined;
      assert.equal(asked?.text, 'total', 'who asks gets it');
    });

  it('does not come while it snoozes', async () => {
    await vscode.commands.executeCommand('editor.action.inlineSuggest.snooze', 5);
    forTest({ dispose: () => void run('editor.action.inlineSuggest.cancelSnooze') });
    const editor = await openText(CODE);
    await silent(() => typeOver(editor, 'count', 'total'));
  });

  it('says that there is nothing where nothing follows', async () => {
    const editor = await openText(CODE);
    await silent(() => typeOver(editor, '= 1', '= 3'));
    assert.equal(await run('llada.suggestNextEdit'), undefined);
  });

  it('goes with the next change, and with the editor', async () => {
    const editor = await openText(CODE);
    await proposed(() => typeOver(editor, 'count', 'total'));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// a\n'));
    assert.equal(llada().nextEdit(), undefined);
    await proposed(async () => run('llada.suggestNextEdit'));
    await openText('let a;\n');
    assert.equal(llada().nextEdit(), undefined);
  });

  it('Tab and Escape are bound only where nothing else wants them', () => {
    const extension = vscode.extensions.getExtension('llada-infill.llada-infill')!;
    const file = path.join(extension.extensionPath, 'package.json');
    const { contributes } = JSON.parse(readFileSync(file, 'utf8')) as {
      contributes: { keybindings: readonly Binding[] };
    };
    const bindings = contributes.keybindings.filter(({ command }) => command.endsWith('NextEdit'));
    assert.deepEqual(
      bindings.map(({ command, key }) => [command, key]),
      [
        ['llada.goToNextEdit', 'tab'],
        ['llada.acceptNextEdit', 'tab'],
        ['llada.dismissNextEdit', 'escape'],
      ],
    );
    for (const { key, when } of bindings) {
      const parts = when.split(' && ');
      const needed = [
        'editorTextFocus',
        '!suggestWidgetVisible',
        '!inSnippetMode',
        '!inlineSuggestionVisible',
        '!editorHasSelection',
      ];
      for (const part of needed) assert.ok(parts.includes(part), `${key}: ${part}`);
      assert.ok(parts.includes(key === 'tab' ? 'llada.nextEdit.tab' : 'llada.nextEdit'));
      assert.ok(!when.includes('||'));
    }
  });
});
