import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LladaApi } from '../../src/editor/extension-api';
import {
  acceptChoice,
  closeAll,
  configure,
  fill,
  forTest,
  marked,
  next,
  openFile,
  openMarked,
  openText,
  replaced,
  stepped,
  useExtension,
} from '../support/host/editing';

const PLACE = 'function add(a, b) {\n  const sum = ‸\n  return sum;\n}\n';
const SEEDS = 20;

/** Asks for a completion, again where VS Code has called the request off, which it does when an editor is still settling. */
async function trigger(llada: LladaApi): Promise<string | undefined> {
  const provided = next(llada.onDidProvideCompletion).then((text) => ({ text }));
  const patience = (): Promise<undefined> =>
    new Promise((resolve) => setTimeout(() => resolve(undefined), 10_000));
  for (;;) {
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    const answer = await Promise.race([provided, patience()]);
    if (answer) return answer.text;
    // For what it shows already it does not ask again.
    await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
  }
}

describe('inline completions', () => {
  const llada = useExtension({ 'llada.sampling': 'multinomial' });

  /** Asks for a completion until one is offered: a model may well have nothing to say for one seed. */
  async function ask(place: string, wanted = /./): Promise<{ editor: vscode.TextEditor; offered: string }> {
    for (let seed = 0; seed < SEEDS; seed++) {
      await configure({ 'llada.seed': seed });
      const editor = await openMarked(place);
      const offered = await trigger(llada());
      if (offered !== undefined && wanted.test(offered)) return { editor, offered };
      await closeAll();
    }
    throw new Error(`No completion for any of ${SEEDS} seeds.`);
  }

  /** Accepts the ghost text; VS Code has no event for its appearance, so this asks until the text is there. */
  async function accept({ document }: vscode.TextEditor): Promise<void> {
    const { version } = document;
    while (document.version === version) {
      await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
      if (document.version === version) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('come when asked for, on one line, and are inserted at the cursor', async () => {
    const { editor, offered } = await ask(PLACE);
    assert.doesNotMatch(offered, /\n/);
    assert.equal(offered, offered.trimEnd());
    await accept(editor);
    assert.equal(editor.document.getText(), replaced(marked(PLACE), [offered]));
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), marked(PLACE).text);
  });

  /** Types a character and says what the engine did, for longer than the longest pause that would have asked it. */
  async function engineWhileTyping(text: string): Promise<string[]> {
    const kinds: string[] = [];
    // What was asked for before is done with.
    if (llada().engineState().kind === 'working')
      await next(llada().onDidChangeEngineState, ({ kind }) => kind !== 'working');
    const listening = llada().onDidChangeEngineState(({ kind }) => kinds.push(kind));
    await vscode.commands.executeCommand('type', { text });
    await new Promise((resolve) => setTimeout(resolve, 800));
    listening.dispose();
    return kinds;
  }

  it('come by themselves when the user pauses, unless they are turned off', async () => {
    const editor = await openText('const total = ');
    await vscode.commands.executeCommand('cursorEnd');
    const automatic = next(llada().onDidProvideCompletion);
    await vscode.commands.executeCommand('type', { text: 'price * ' });
    await automatic;
    await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');

    await vscode.commands.executeCommand('llada.toggleInlineCompletions');
    const asked = await engineWhileTyping('a');
    await vscode.commands.executeCommand('llada.toggleInlineCompletions');
    assert.deepEqual(asked, []);
    assert.ok(editor.document.getText().endsWith('price * a'));
  });

  it('shrink while what they offer is typed, without asking the engine again', async () => {
    // A letter or a space: brackets and quotes close themselves, which changes the place.
    const { editor, offered } = await ask(PLACE, /^[\w ]./);
    const kinds: string[] = [];
    const listening = llada().onDidChangeEngineState(({ kind }) => kinds.push(kind));
    const shrunk = next(llada().onDidProvideCompletion);
    await vscode.commands.executeCommand('type', { text: offered[0] });
    assert.equal(await shrunk, offered.slice(1));
    listening.dispose();
    assert.deepEqual(kinds, []);
    await accept(editor);
    assert.ok(editor.document.getText().includes(`const sum = ${offered}`));
  });

  it('that were dismissed do not come back by themselves, but when asked for', async () => {
    const { offered } = await ask(PLACE, /^[^q]/);
    const backAgain = async (): Promise<string | undefined> => {
      // Both keys are sent at once, so that nothing is offered behind the first.
      const keys = [
        vscode.commands.executeCommand('type', { text: 'q' }),
        vscode.commands.executeCommand('deleteLeft'),
      ];
      const provided = next(llada().onDidProvideCompletion);
      await Promise.all(keys);
      return provided;
    };
    assert.equal(await backAgain(), offered);
    await vscode.commands.executeCommand('llada.dismissSuggestion');
    assert.equal(await backAgain(), undefined);
    assert.equal(await trigger(llada()), offered);
  });

  /** What is offered when asked for after an undo; what was asked for before it may answer after it. */
  async function offeredAfterUndo(undone: string): Promise<string | undefined> {
    const first = await trigger(llada());
    if (first !== undone) return first;
    await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
    return trigger(llada());
  }

  it('do not bring back what was just undone', async () => {
    const { editor, offered } = await ask(PLACE, /^[^q]/);
    await accept(editor);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), marked(PLACE).text);
    assert.notEqual(await offeredAfterUndo(offered), offered);
  });

  it('do not bring it back either where the document has got another language meanwhile', async () => {
    const { editor, offered } = await ask(PLACE, /^[^q]/);
    await vscode.languages.setTextDocumentLanguage(editor.document, 'typescript');
    await editor.edit((edit) => edit.insert(editor.selection.active, offered));
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), marked(PLACE).text);
    assert.notEqual(await offeredAfterUndo(offered), offered);
  });

  it('come after the idle time that is set, and only if they are long enough', async () => {
    await configure({
      'llada.inlineCompletions.idleTime': 1,
      'llada.inlineCompletions.leastCharacters': 40,
    });
    await openText('const total = ');
    await vscode.commands.executeCommand('cursorEnd');
    const automatic = next(llada().onDidProvideCompletion);
    await vscode.commands.executeCommand('type', { text: 'price ' });
    const offered = await automatic;
    assert.ok(offered === undefined || offered.length >= 40, offered);
  });

  it('stay away in languages and files that are switched off, and in prose', async () => {
    await openText('Once upon a ', 'markdown');
    await vscode.commands.executeCommand('cursorEnd');
    assert.deepEqual(await engineWhileTyping('t'), []);
    await closeAll();
    const restoreExclude = await configure({ 'llada.inlineCompletions.exclude': ['**/secret-*.js'] });
    await openFile('secret-1.js', 'const key = ');
    await vscode.commands.executeCommand('cursorEnd');
    assert.deepEqual(await engineWhileTyping('a'), []);
    await restoreExclude();
    await configure({ 'llada.inlineCompletions.languages': { markdown: true } });
    await openText('Once upon a ', 'markdown');
    await vscode.commands.executeCommand('cursorEnd');
    const provided = next(llada().onDidProvideCompletion);
    await vscode.commands.executeCommand('type', { text: 't' });
    await provided;
  });

  it('go on from the entry that is selected in the suggestion list', async () => {
    // Nothing that the model would come to by itself.
    const entry = 'addThem(first + 41, ';
    const selections = new vscode.EventEmitter<void>();
    const list: vscode.CompletionItemProvider = {
      provideCompletionItems: () => [new vscode.CompletionItem(entry)],
      // VS Code asks for the rest of an entry when it selects it.
      resolveCompletionItem: (item) => {
        selections.fire();
        return item;
      },
    };
    forTest(vscode.languages.registerCompletionItemProvider('plaintext', list));
    await configure({
      'llada.inlineCompletions.languages': { plaintext: true },
      'llada.inlineCompletions.leastConfidence': 0,
      'editor.wordBasedSuggestions': 'off',
    });
    const drawn = 'function addThem(first, second) {\n  return first + second;\n}\nconst three = add‸\n';
    const place = marked(drawn);
    const before = place.text.slice(0, place.text.lastIndexOf('add')) + entry;
    const offers: string[] = [];
    const listening = llada().onDidProvideCompletion((text) => offers.push(`${before}${text}\n`));
    let text = '';
    for (let seed = 0; !text.startsWith(before) && seed < SEEDS / 2; seed++) {
      await configure({ 'llada.seed': seed });
      const editor = await openMarked(drawn, 'plaintext');
      const selected = next(selections.event);
      await vscode.commands.executeCommand('editor.action.triggerSuggest');
      await selected;
      // Ghost text for the place without the entry may come first, and for one seed the model may have nothing to say.
      for (let turn = 0; turn < 20 && editor.document.getText() === place.text; turn++) {
        await trigger(llada());
        await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      text = editor.document.getText();
      await closeAll();
    }
    assert.ok(offers.includes(text), `“${text}” is not the entry and what was offered to follow it`);
    listening.dispose();
  });

  it('stay away while they are snoozed', async () => {
    // The first entry of the list of times.
    await acceptChoice(vscode.commands.executeCommand('llada.snooze'));
    const wake = (): Thenable<unknown> =>
      vscode.commands.executeCommand('editor.action.inlineSuggest.cancelSnooze');
    forTest({ dispose: () => void wake() });
    await openText('const total = ');
    await vscode.commands.executeCommand('cursorEnd');
    assert.deepEqual(await engineWhileTyping('p'), []);
    await wake();
    const provided = next(llada().onDidProvideCompletion);
    await vscode.commands.executeCommand('type', { text: 'r' });
    await provided;
  });

  it('stay away when the model is less sure than asked', async () => {
    await configure({ 'llada.inlineCompletions.leastConfidence': 1 });
    await openText('const total = ');
    await vscode.commands.executeCommand('cursorEnd');
    const provided = next(llada().onDidProvideCompletion);
    await vscode.commands.executeCommand('type', { text: 'p' });
    assert.equal(await provided, undefined);
  });

  it('stay away while a fill runs', async () => {
    const long = `«${'const value = compute(1, 2, 3);\n'.repeat(14)}»`;
    await configure({ 'llada.threshold': 0 });
    const editor = await openMarked(long);
    const offers: (string | undefined)[] = [];
    const listening = llada().onDidProvideCompletion((text) => offers.push(text));
    const running = fill();
    await stepped(llada(), running);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await vscode.commands.executeCommand('llada.cancelFill');
    assert.deepEqual(await running, { kind: 'cancelled' });
    listening.dispose();
    assert.deepEqual(offers, []);
    assert.equal(editor.document.getText(), marked(long).text);
  });
});
