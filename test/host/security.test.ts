import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { configure, useExtension } from '../support/host/editing';

describe('a workspace', () => {
  const folder = (): vscode.Uri => vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, '.vscode');
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('llada');

  useExtension();
  afterEach(() => vscode.workspace.fs.delete(folder(), { recursive: true }));

  it('cannot point the engine at files of its own, or choose what it runs on', async () => {
    const hostile = {
      'llada.model.path': '/tmp/evil',
      'llada.inlineCompletions.model': '/tmp/evil',
      'llada.provider': 'cuda',
      'llada.seed': 77,
    };
    const read = new Promise<void>((resolve) => {
      const listening = vscode.workspace.onDidChangeConfiguration(() => {
        // This one a workspace may set: once it counts, the file has been read.
        if (settings().get('seed') !== 77) return;
        listening.dispose();
        resolve();
      });
    });
    const file = vscode.Uri.joinPath(folder(), 'settings.json');
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify(hostile)));
    await read;
    assert.equal(settings().get('model.path'), '');
    assert.equal(settings().get('inlineCompletions.model'), '');
    assert.equal(settings().get('provider'), 'auto');
    // The user may.
    await configure({ 'llada.provider': 'cpu' });
    assert.equal(settings().get('provider'), 'cpu');
  });
});
