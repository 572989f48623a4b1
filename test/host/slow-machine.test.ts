import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { EngineInfo } from '../../src/engine/index';
import type { RequestCost, SessionState } from '../../src/editor/engine/engine-session';
import { SlowMachineHint } from '../../src/editor/status/slow-machine';
import { acceptChoice, configure, forTest, useExtension } from '../support/host/editing';

const READY: SessionState = { kind: 'ready', info: {} as EngineInfo };

/** Requests that took as long as they are said to: eight fills that are slow on every machine would take too long here. */
class Requests {
  readonly #changes = new vscode.EventEmitter<SessionState>();
  readonly onDidChangeState = this.#changes.event;
  lastCost: RequestCost | undefined;

  ended(ms: number): void {
    this.lastCost = { ms, steps: 1, forwards: 1 };
    this.#changes.fire(READY);
  }
}

describe('a slow machine', () => {
  useExtension();

  it('gets one hint after eight slow fills, from which the provider can be chosen, and never another', async () => {
    const kept: boolean[] = [];
    const memory: Pick<vscode.Memento, 'get' | 'update'> = {
      get: () => kept.at(-1),
      update: (_: string, value: boolean) => Promise.resolve(void kept.push(value)),
    };
    await configure({ 'llada.provider': 'cpu' });
    const requests = new Requests();
    forTest(new SlowMachineHint(requests, memory, { providers: ['auto', 'cpu', 'webgpu'] }));
    for (let i = 0; i < 7; i++) requests.ended(2000);
    assert.deepEqual(kept, []);
    requests.ended(2000);
    assert.deepEqual(kept, [true]);
    // Its first button opens the list of providers, of which the first entry is “auto”.
    const chosen = new Promise<void>((resolve) => {
      const listening = vscode.workspace.onDidChangeConfiguration(() => {
        if (vscode.workspace.getConfiguration('llada').get('provider') !== 'auto') return;
        listening.dispose();
        resolve();
      });
    });
    await vscode.commands.executeCommand('notification.acceptPrimaryAction');
    await acceptChoice(chosen);
    for (let i = 0; i < 9; i++) requests.ended(2000);
    assert.deepEqual(kept, [true]);
  });
});
