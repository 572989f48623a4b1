import type { Bundle } from '../bundle/bundle';
import type { WeightPrecision } from '../bundle/bundle-config';
import type { Window } from '../../text/window';
import type { Machine } from './machine';
import type { MaskPredictor } from '../predictor/mask-predictor';
import type { ProviderName } from '../../contract/provider';
import { relativeDifference, TRIAL_TOLERANCE, tryOut, type Patience, type Trial } from './provider-trial';
import { automaticProviders, providerUnavailable } from './providers';
import { openSession } from './sessions';

/** Of a provider that `auto` tries; software adapters need much longer. */
const FIRST_RUN_MS = 5000;

export interface PredictorOptions {
  /** Default `auto`: the fastest that works here. */
  readonly provider?: ProviderName | 'auto';
  /** Threads of the CPU provider. Default: all cores. */
  readonly threads?: number;
}

/** A mask predictor that has been warmed up, and what it runs on. */
export interface OrtPredictor extends MaskPredictor {
  readonly provider: ProviderName;
  readonly precision: WeightPrecision;
  /** Providers that `auto` tried or left out before this one, and why. */
  readonly skipped: readonly { readonly provider: ProviderName; readonly reason: string }[];
}

/** A model that can be opened on any provider. */
export interface Openable {
  readonly precision: WeightPrecision;
  readonly window: Window;
  open(provider: ProviderName, threads: number): Promise<MaskPredictor>;
}

/** The bundle's graph on an execution provider: see `choosePredictor`. */
export function createOrtPredictor(
  bundle: Bundle,
  machine: Machine,
  options: PredictorOptions = {},
): Promise<OrtPredictor> {
  const open: Openable['open'] = (provider, threads) => openSession(bundle, machine, provider, threads);
  return choosePredictor({ ...bundle.config, open }, machine, options);
}

/**
 * Loads a model's graph on an execution provider and warms it up. A GPU must first reproduce the CPU's logits on a
 * small input (relative difference ≤ 0.01), and with `auto` also be faster than the CPU, which software adapters are
 * not.
 *
 * @throws EngineError `provider-unavailable` if a provider asked for by name is not there or gives wrong results
 */
export async function choosePredictor(
  model: Openable,
  { name: here, providers, crashes, ...machine }: Machine,
  { provider = 'auto', threads = machine.threads }: PredictorOptions = {},
): Promise<OrtPredictor> {
  const { precision } = model;
  const cpu = await model.open('cpu', threads);
  const others = (provider === 'auto' ? automaticProviders(precision, providers) : [provider]).filter(
    (name) => name !== 'cpu',
  );
  // Without a rival the CPU is only warmed up, not timed.
  const timed = others.length === 0 ? 0 : Infinity;
  const cpuTrial = await tryOut(cpu, model, { stepMs: timed, firstRunMs: Infinity });
  const skipped: { provider: ProviderName; reason: string }[] = [];
  const named = (predictor: MaskPredictor, name: ProviderName): OrtPredictor =>
    Object.assign(predictor, { provider: name, precision, skipped });

  for (const name of others) {
    try {
      if (!providers.includes(name)) throw new Error(`${here} does not have it`);
      const crash = provider === 'auto' ? crashes.find(name) : undefined;
      if (crash !== undefined) {
        throw new Error(`it ended the process when it was last tried (remove ${crash} to try again)`);
      }
      const patience =
        provider === 'auto' ? { stepMs: cpuTrial.stepMs, firstRunMs: FIRST_RUN_MS } : undefined;
      const accelerated = await crashes.during(name, () =>
        tryProvider(model, name, threads, cpuTrial, patience),
      );
      await cpu.dispose();
      return named(accelerated, name);
    } catch (error) {
      const reason = (error as Error).message.trim();
      if (provider !== 'auto') {
        await cpu.dispose();
        throw providerUnavailable(name, reason, providers);
      }
      skipped.push({ provider: name, reason });
    }
  }
  return named(cpu, 'cpu');
}

/** @throws Error saying why the provider is not to be used */
async function tryProvider(
  model: Openable,
  provider: ProviderName,
  threads: number,
  cpu: Trial,
  patience: Patience | undefined,
): Promise<MaskPredictor> {
  const predictor = await model.open(provider, threads);
  try {
    const { logits, stepMs } = await tryOut(predictor, model, patience);
    const difference = relativeDifference(logits, cpu.logits);
    if (difference > TRIAL_TOLERANCE) {
      throw new Error(`its results differ from the CPU's by ${(100 * difference).toPrecision(2)} %`);
    }
    if (patience && stepMs >= patience.stepMs) {
      throw new Error(`a step takes ${stepMs.toFixed(1)} ms, on the CPU ${cpu.stepMs.toFixed(1)} ms`);
    }
    return predictor;
  } catch (error) {
    await predictor.dispose();
    throw error;
  }
}
