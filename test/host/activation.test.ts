import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated } from '../support/host/editing';

const EXTENSION = 'llada-infill.llada-infill';

describe('activation', () => {
  const extension = vscode.extensions.getExtension(EXTENSION);

  it('activates', async () => {
    assert.ok(extension, `${EXTENSION} is not installed`);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('does not load the model', async () => {
    assert.equal((await activated()).engineState().kind, 'off');
  });

  it('registers every command that its manifest names', async () => {
    const manifest = extension?.packageJSON as { contributes: { commands: { command: string }[] } };
    const named = manifest.contributes.commands.map(({ command }) => command);
    assert.notEqual(named.length, 0);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      named.filter((command) => !registered.has(command)),
      [],
    );
  });
});
