import type { MaskPredictor } from '../predictor/mask-predictor';
import type { ProviderName } from '../../contract/provider';
import type { Machine } from './machine';
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

/** A bundle, as far as the choice of a provider needs it. */
type Openable = Pick<OpenableBundle, 'open' | 'trial'> & {
  readonly config: Pick<OpenableBundle['config'], 'precision' | 'window'>;
};

/** The model on the CPU, and what it answers there. */
interface Reference {
  readonly predictor: MaskPredictor;
  readonly trial: Trial;
}

/**
 * Loads a model's graph on an execution provider and warms it up. A GPU must first reproduce the CPU's logits on a
 * small input (relative difference ≤ 0.01, unless the bundle says otherwise), and with `auto` also be faster than the CPU,
 * which software adapters are not. A model too large to be opened twice is only looked at for numbers.
 *
 * @throws EngineError `provider-unavailable` if a provider asked for by name is not there or gives wrong results
 */
export async function chooseProvider(
  bundle: Openable,
  machine: Machine,
  { provider = 'auto', threads = machine.threads }: ProviderOptions = {},
): Promise<ChosenProvider> {
  const { providers, crashes } = machine;
  const wanted = provider === 'auto' ? automaticProviders(bundle.config.precision, providers) : [provider];
  const others = wanted.filter((name) => name !== 'cpu');
  // Without a rival the CPU is only warmed up, not timed.
  const timed = others.length === 0 ? 0 : Infinity;
  const openCpu = async (): Promise<Reference> => {
    const predictor = await bundle.open(machine, 'cpu', threads);
    return {
      predictor,
      trial: await tryOut(predictor, bundle.config, { stepMs: timed, firstRunMs: Infinity }),
    };
  };
  const { besideCpu = true } = bundle.trial ?? {};
  const cpu = others.length === 0 || besideCpu ? await openCpu() : undefined;
  const skipped: { provider: ProviderName; reason: string }[] = [];

  for (const name of others) {
    try {
      if (!providers.includes(name)) throw new Error(`${machine.name} does not have it`);
      const crash = provider === 'auto' ? crashes.find(name) : undefined;
      if (crash !== undefined) {
        throw new Error(`it ended the process when it was last tried (remove ${crash} to try again)`);
      }
      const patience =
        provider === 'auto' && cpu ? { stepMs: cpu.trial.stepMs, firstRunMs: FIRST_RUN_MS } : undefined;
      const predictor = await crashes.during(name, async () =>
        tried(await bundle.open(machine, name, threads), bundle, cpu?.trial, patience),
      );
      await cpu?.predictor.dispose();
      return { provider: name, predictor, skipped };
    } catch (error) {
      const reason = (error as Error).message.trim();
      if (provider !== 'auto') {
        await cpu?.predictor.dispose();
        throw providerUnavailable(name, reason, providers);
      }
      skipped.push({ provider: name, reason });
    }
  }
  const { predictor } = cpu ?? (await openCpu());
  return { provider: 'cpu', predictor, skipped };
}

/**
 * @returns the predictor
 * @throws Error saying why it is not to be used; it is then put away
 */
async function tried(
  predictor: MaskPredictor,
  { config, trial }: Openable,
  cpu: Trial | undefined,
  patience: Patience | undefined,
): Promise<MaskPredictor> {
  try {
    const { logits, stepMs } = await tryOut(predictor, config, patience);
    // Beside itself what is no number differs infinitely.
    const difference = relativeDifference(logits, cpu?.logits ?? logits);
    if (difference > (trial?.tolerance ?? TRIAL_TOLERANCE)) {
      const wrong = `its results differ from the CPU's by ${(100 * difference).toPrecision(2)} %`;
      throw new Error(cpu ? wrong : 'its results are not numbers');
    }
    if (cpu && patience && stepMs >= patience.stepMs) {
      throw new Error(`a step takes ${stepMs.toFixed(1)} ms, on the CPU ${cpu.stepMs.toFixed(1)} ms`);
    }
    return predictor;
  } catch (error) {
    await predictor.dispose();
    throw error;
  }
}
