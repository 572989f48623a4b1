import * as vscode from 'vscode';
import type { EngineSession, RequestCost } from '../engine/engine-session';
import type { Platform } from '../shared/platform';
import { SlowFills } from './slow-fills';

const SAID = 'llada.saidSlow';

/** Says once, ever, what helps where fills are slow. */
export class SlowMachineHint implements vscode.Disposable {
  readonly #fills = new SlowFills();
  #last: RequestCost | undefined;
  readonly #listening: vscode.Disposable;

  constructor(
    session: Pick<EngineSession, 'onDidChangeState' | 'lastCost'>,
    private readonly memory: Pick<vscode.Memento, 'get' | 'update'>,
    private readonly platform: Pick<Platform, 'providers'>,
  ) {
    this.#listening = session.onDidChangeState(({ kind }) => {
      const { lastCost } = session;
      if (kind !== 'ready' || !lastCost || lastCost === this.#last) return;
      this.#last = lastCost;
      const mean = this.#fills.add(lastCost.ms);
      if (mean !== undefined) this.#hint(mean);
    });
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #hint(mean: number): void {
    if (this.memory.get<boolean>(SAID)) return;
    void this.memory.update(SAID, true);
    const hasOthers = this.platform.providers.some((name) => name !== 'auto' && name !== 'cpu');
    void say(mean, hasOthers);
  }
}

/** @param hasOthers whether a model can run on anything but the CPU */
async function say(ms: number, hasOthers: boolean): Promise<void> {
  const seconds = (ms / 1000).toFixed(1);
  const message = hasOthers
    ? vscode.l10n.t(
        'A fill takes {0} s on this machine. A graphics card, fewer tokens (“llada.maxTokens”) or a lower “llada.threshold” help; suggestions that come by themselves can be turned off. This is said only once.',
        seconds,
      )
    : vscode.l10n.t(
        'A fill takes {0} s in this browser. Fewer tokens (“llada.maxTokens”) or a lower “llada.threshold” help; suggestions that come by themselves can be turned off. This is said only once.',
        seconds,
      );
  const provider = vscode.l10n.t('Choose Provider');
  const settings = vscode.l10n.t('Open Settings');
  const choice = await vscode.window.showInformationMessage(
    message,
    ...(hasOthers ? [provider] : []),
    settings,
  );
  if (choice === provider) await vscode.commands.executeCommand('llada.chooseProvider');
  if (choice === settings) await vscode.commands.executeCommand('workbench.action.openSettings', 'llada');
}
