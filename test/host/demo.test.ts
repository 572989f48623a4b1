import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, closeAll } from '../support/host/editing';

function demoTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputWebview && input.viewType.endsWith('llada.generationDemo'),
    );
}

describe('LLaDA: Open Generation Demo', () => {
  before(activated);
  afterEach(closeAll);

  it('opens one panel, and shows it again', async () => {
    const open = (): Thenable<void> => vscode.commands.executeCommand('llada.openGenerationDemo');
    await open();
    assert.equal(demoTabs().length, 1);
    await open();
    assert.equal(demoTabs().length, 1);
    assert.equal(demoTabs()[0]?.isActive, true);
    await closeAll();
    assert.equal(demoTabs().length, 0);
    await open();
    assert.equal(demoTabs().length, 1);
  });
});
