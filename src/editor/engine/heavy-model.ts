import * as vscode from 'vscode';
import { EngineError, type BundleSummary, type ProviderName } from '../../engine/index';
import type { Platform } from '../shared/platform';

const KEY = 'llada.heavyModels';
/** Weights from which on a processor is a poor place for a model. */
const HEAVY = 1e9;
/**
 * Products, each with its sum, that a processor core makes in a second of weights in blocks, for a rough word only:
 * measured on two cores with half a billion weights (docs/notebook/importing.md).
 */
const PRODUCTS_PER_CORE = 60e9;
/** A short fill looks at a window of tokens once, and then at its masks and their neighbours, ten times. */
const ROWS_OF_A_FILL = 512 + 10 * 32;

/** Asks before a model of billions of weights is loaded onto a processor. */
export class HeavyModels {
  constructor(
    private readonly memory: Pick<vscode.Memento, 'get' | 'update'>,
    private readonly platform: Pick<Platform, 'summarize' | 'providers' | 'cores' | 'memoryBytes'>,
  ) {}

  /**
   * Warns of a model that is too large for a processor, once for each.
   *
   * @throws EngineError `cancelled` when the user does not want it to be loaded
   */
  async check(folder: string, provider: ProviderName | 'auto'): Promise<void> {
    const agreed = this.memory.get<readonly string[]>(KEY, []);
    if (agreed.includes(folder)) return;
    // What is wrong with it is said when it is loaded.
    const summary = await this.platform.summarize(folder).catch(() => undefined);
    if (!summary || (summary.parameters ?? 0) < HEAVY) return;
    const place = placeOf(summary, provider, this.platform.providers);
    if (place === 'gpu') return;
    const load = vscode.l10n.t('Load It');
    const others = vscode.l10n.t('Choose Model');
    const choice = await vscode.window.showWarningMessage(this.#warning(summary, place), load, others);
    if (choice === load) {
      await this.memory.update(KEY, [...agreed, folder]);
      return;
    }
    if (choice === others) void vscode.commands.executeCommand('llada.chooseModel');
    throw new EngineError(
      'cancelled',
      vscode.l10n.t(
        '{0} was not loaded, because it is large. Choose a smaller one with “LLaDA: Choose Model”, or run a command of LLaDA to be asked again.',
        summary.name,
      ),
    );
  }

  #warning({ name, parameters, bytes }: BundleSummary, place: 'cpu' | 'perhaps'): string {
    const { cores, memoryBytes } = this.platform;
    const billions = (parameters! / 1e9).toFixed(1);
    const seconds = estimatedSeconds(parameters!, cores);
    const gigabytes = (bytes / 1e9).toFixed(1);
    const there =
      memoryBytes === undefined ? '' : ` ${vscode.l10n.t('of {0} GB', (memoryBytes / 1e9).toFixed(0))}`;
    const cost = vscode.l10n.t(
      'a short fill will take about {0} s on this processor ({1} cores), and {2} GB{3} of memory',
      seconds,
      cores,
      gigabytes,
      there,
    );
    return place === 'cpu'
      ? vscode.l10n.t(
          '{0} has {1} billion weights: {2}. Choose a smaller one, or a graphics card.',
          name,
          billions,
          cost,
        )
      : vscode.l10n.t(
          '{0} has {1} billion weights. Unless a graphics card is found that runs it, {2}. Choose a smaller one, if there is none.',
          name,
          billions,
          cost,
        );
  }
}

/**
 * The time of a short fill on a processor: a guess, of one significant digit.
 *
 * @param parameters how many weights a model has
 */
function estimatedSeconds(parameters: number, cores: number): number {
  const seconds = (parameters * ROWS_OF_A_FILL) / (PRODUCTS_PER_CORE * Math.max(1, cores));
  return Number(seconds.toPrecision(1));
}

/** Where a model will run: `perhaps` on a GPU, if there is one. */
function placeOf(
  { precision }: BundleSummary,
  provider: ProviderName | 'auto',
  known: readonly string[],
): 'cpu' | 'gpu' | 'perhaps' {
  if (provider !== 'auto') return provider === 'cpu' ? 'cpu' : 'gpu';
  const isQuantized = precision.startsWith('int');
  return isQuantized || known.every((name) => name === 'auto' || name === 'cpu') ? 'cpu' : 'perhaps';
}
