import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { ROOT } from '../../scripts/setup/paths';
import {
  acceptChoice,
  configure,
  fill,
  filled,
  forTest,
  openMarked,
  useExtension,
} from '../support/host/editing';
import { ServeProcess } from '../../scripts/load/serve-process';

const FUNCTION = 'function add(a, b) {\n  return «a + b»;\n}\n';

describe('a team’s server', function () {
  this.timeout(120_000);
  const llada = useExtension();

  function filledFrom(): string {
    const state = llada().engineState();
    assert.equal(state.kind, 'ready');
    return state.info.bundleFolder;
  }

  it('fills where llada.server.url says so, and this machine does when it is gone', async () => {
    const server = new ServeProcess(['--port', '0'], path.join(ROOT, 'dist/serve.js'));
    forTest({ dispose: () => server.kill('SIGKILL') });
    const url = await server.url();
    await server.says(/is ready/);
    const restore = await configure({ 'llada.server.url': url });
    const editor = await openMarked(FUNCTION);
    filled(await fill());
    assert.equal(new URL(filledFrom()).origin, new URL(url).origin);
    await vscode.commands.executeCommand('undo');
    server.kill('SIGKILL');
    await server.exitCode();
    filled(await fill());
    assert.notEqual(editor.document.getText(), '', 'the text is there');
    await restore();
    await openMarked(FUNCTION);
    filled(await fill());
    assert.ok(path.isAbsolute(filledFrom()), 'the bundle of this machine');
  });

  it('has its token asked for; nothing typed forgets it', async () => {
    await acceptChoice(vscode.commands.executeCommand('llada.setServerToken'));
  });
});
