import type { Machine } from './machine';
import type { MaskPredictor } from '../predictor/mask-predictor';
import type { ProviderName } from '../../contract/provider';
import { relativeDifference, TRIAL_TOLERANCE, tryOut, type Patience, type Trial } from './provider-trial';
import { automaticProviders, providerUnavailable } from './providers';
import type { OpenableBundle } from './open-bundle';

/** Of a provider that `auto` tries; software adapters need much longer. */
const FIRST_RUN_MS = 5000;

export interface ProviderOptions {
  /** Default `auto`: the fastest that works here. */
  readonly provider?: ProviderName | 'auto';
  /** Threads of the CPU provider. Default: all cores. */
  readonly threads?: number;
}

/** A provider that a model runs on. */
export interface ChosenProvider {
  readonly provider: ProviderName;
  /** The model on it, warmed up. */
  readonly predictor: MaskPredictor;
  /** Providers that `auto` tried or left out before this one, and why. */
  readonly skipped: readonly { readonly provider: ProviderName; readonly reason: string }[];
}

/** The part of a bundle that is asked here. */
type Openable = Pick<OpenableBundle, 'open'> & {
  readonly config: Pick<OpenableBundle['config'], 'precision' | 'window'>;
};

/**
 * Loads a model's graph on an execution provider and warms it up. A GPU must first reproduce the CPU's logits on a
 * small input (relative difference ≤ 0.01), and with `auto` also be faster than the CPU, which software adapters are
 * not.
 *
 * @throws EngineError `provider-unavailable` if a provider asked for by name is not there or gives wrong results
 */
export async function chooseProvider(
  bundle: Openable,
  machine: Machine,
  { provider = 'auto', threads = machine.threads }: ProviderOptions = {},
): Promise<ChosenProvider> {
  const { providers, crashes } = machine;
  const cpu = await bundle.open(machine, 'cpu', threads);
  const wanted = provider === 'auto' ? automaticProviders(bundle.config.precision, providers) : [provider];
  const others = wanted.filter((name) => name !== 'cpu');
  // Without a rival the CPU is only warmed up, not timed.
  const timed = others.length === 0 ? 0 : Infinity;
  const cpuTrial = await tryOut(cpu, bundle.config, { stepMs: timed, firstRunMs: Infinity });
  const skipped: { provider: ProviderName; reason: string }[] = [];

  for (const name of others) {
    try {
      if (!providers.includes(name)) throw new Error(`${machine.name} does not have it`);
      const crash = provider === 'auto' ? crashes.find(name) : undefined;
      if (crash !== undefined) {
        throw new Error(`it ended the process when it was last tried (remove ${crash} to try again)`);
      }
      const patience =
        provider === 'auto' ? { stepMs: cpuTrial.stepMs, firstRunMs: FIRST_RUN_MS } : undefined;
      const predictor = await crashes.during(name, async () =>
        tried(await bundle.open(machine, name, threads), bundle, cpuTrial, patience),
      );
      await cpu.dispose();
      return { provider: name, predictor, skipped };
    } catch (error) {
      const reason = (error as Error).message.trim();
      if (provider !== 'auto') {
        await cpu.dispose();
        throw providerUnavailable(name, reason, providers);
      }
      skipped.push({ provider: name, reason });
    }
  }
  return { provider: 'cpu', predictor: cpu, skipped };
}

/**
 * @returns the predictor
 * @throws Error saying why it is not to be used; it is then put away
 */
async function tried(
  predictor: MaskPredictor,
  { config }: Openable,
  cpu: Trial,
  patience: Patience | undefined,
): Promise<MaskPredictor> {
  try {
    const { logits, stepMs } = await tryOut(predictor, config, patience);
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
