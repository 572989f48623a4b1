import * as vscode from 'vscode';
import type { EngineSession, RequestCost } from './engine-session';

/** Fills that take longer than this on average come too late to be of use while typing. */
const SLOW_MS = 1200;
/** So many are looked at before anything is said. */
const FILLS = 8;
const SAID = 'llada.saidSlow';

/** Says once, ever, what helps where fills are slow. */
export class SlowMachineHint implements vscode.Disposable {
  #costs: RequestCost[] = [];
  readonly #listening: vscode.Disposable;

  constructor(
    session: EngineSession,
    private readonly memory: vscode.Memento,
  ) {
    this.#listening = session.onDidChangeState(({ kind }) => {
      const { lastCost } = session;
      if (kind === 'ready' && lastCost && lastCost !== this.#costs.at(-1)) this.#add(lastCost);
    });
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #add(cost: RequestCost): void {
    this.#costs = [...this.#costs, cost].slice(-FILLS);
    const mean = this.#costs.reduce((sum, { ms }) => sum + ms, 0) / this.#costs.length;
    if (this.#costs.length < FILLS || mean < SLOW_MS || this.memory.get<boolean>(SAID)) return;
    void this.memory.update(SAID, true);
    void say(mean);
  }
}

async function say(ms: number): Promise<void> {
  const message = vscode.l10n.t(
    'A fill takes {0} s on this machine. A graphics card, fewer tokens (“llada.maxTokens”) or a lower “llada.threshold” help; suggestions that come by themselves can be turned off. This is said only once.',
    (ms / 1000).toFixed(1),
  );
  const provider = vscode.l10n.t('Choose Provider');
  const settings = vscode.l10n.t('Open Settings');
  const choice = await vscode.window.showInformationMessage(message, provider, settings);
  if (choice === provider) await vscode.commands.executeCommand('llada.chooseProvider');
  if (choice === settings) await vscode.commands.executeCommand('workbench.action.openSettings', 'llada');
}
