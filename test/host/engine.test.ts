import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { configure, fill, filled, next, openText, useExtension } from '../support/host/editing';
import { engineProcesses } from '../support/host/processes';

/** Enough to go on, or a fill that does not parse would be kept back. */
const CODE = 'const width = 3;\nconst height = 4;\nconst area = ';

describe('the engine', () => {
  const llada = useExtension();

  it('is loaded by the first request and then says what it is', async () => {
    await vscode.commands.executeCommand('llada.restartEngine');
    assert.equal(llada().engineState().kind, 'off');
    const kinds: string[] = [];
    const listening = llada().onDidChangeEngineState(({ kind }) => kinds.push(kind));
    await openText(CODE);
    filled(await fill('cursor'));
    listening.dispose();
    // Further fills are asked for where the first does not parse.
    assert.match(kinds.join(' '), /^loading ready( working ready)+$/);
    const state = llada().engineState();
    assert.ok(state.kind === 'ready' && state.info.windowRows > 0 && state.info.bundle !== '');
  });

  it('ends its process when it is restarted', async function () {
    if (process.platform === 'win32') this.skip();
    await openText(CODE);
    filled(await fill('cursor'));
    assert.equal(engineProcesses().length, 1);
    await vscode.commands.executeCommand('llada.restartEngine');
    assert.deepEqual(engineProcesses(), []);
    assert.equal(llada().engineState().kind, 'off');
  });

  it('says what is wrong with a model folder, and works again with the right one', async () => {
    const right = await configure({ 'llada.model.path': '/there/is/no/such/bundle' });
    const editor = await openText(CODE);
    const outcome = await fill('cursor');
    assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'bundle-missing');
    assert.equal(llada().engineState().kind, 'error');
    assert.equal(editor.document.getText(), CODE);
    const reset = next(llada().onDidChangeEngineState, ({ kind }) => kind === 'off');
    await right();
    await reset;
    filled(await fill('cursor'));
  });

  it('says that a provider is not there', async () => {
    const elsewhere = process.platform === 'darwin' ? 'dml' : 'coreml';
    await configure({ 'llada.provider': elsewhere });
    await openText(CODE);
    const outcome = await fill('cursor');
    assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'provider-unavailable');
  });

  it('says which setting is wrong', async () => {
    await configure({ 'llada.threshold': 7 });
    await openText(CODE);
    const outcome = await fill('cursor');
    assert.ok(outcome?.kind === 'failed');
    assert.equal(outcome.error.code, 'bad-request');
    assert.match(outcome.error.message, /threshold/);
  });
});
