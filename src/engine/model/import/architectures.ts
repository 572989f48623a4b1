import { ArchitectureUnknown } from '../../contract/importing';
import { FOREIGN_ARCHITECTURES, type ForeignArchitecture } from './foreign-model';
import { refusal, shown } from './import-error';
import type { JsonObject } from './strict-json';

export const CONFIG = 'config.json';

/** A `model_type` of config.json. */
interface Kind {
  /** Class names that `architectures` may have. */
  readonly classes: readonly string[];
  /** Which of ours it can be. Where there are several the config does not tell which. */
  readonly fits: readonly ForeignArchitecture[];
  /** A causal network's own `model_type`, which says nothing about diffusion. */
  readonly causalName?: true;
}

const KINDS: Readonly<Record<string, Kind>> = {
  llada: { classes: ['LLaDAModelLM', 'LLaDAForMaskedLM'], fits: ['llada'] },
  dream: { classes: ['DreamModel', 'DreamModelLM', 'DreamForMaskedLM'], fits: ['dream', 'dreamon'] },
  dreamon: { classes: ['DreamOnModel', 'DreamModel'], fits: ['dreamon'] },
  'a2d-qwen2': { classes: ['A2DQwen2LMHeadModel'], fits: ['a2d-mdlm'] },
  'a2d-qwen3': { classes: ['A2DQwen3LMHeadModel'], fits: ['a2d-mdlm'] },
  coda: { classes: ['CoDALanguageModel', 'CoDAModel'], fits: ['coda'] },
  qwen2: {
    classes: ['Qwen2ForCausalLM', 'Qwen2ForMaskedLM'],
    fits: ['open-dcoder', 'a2d-mdlm'],
    causalName: true,
  },
  qwen3: { classes: ['Qwen3ForCausalLM', 'Qwen3ForMaskedLM'], fits: ['a2d-mdlm', 'coda'], causalName: true },
};

/** Models whose positions do not see what stands behind them, or behind their block. */
const BLIND = /fast_?dllm|sdar|llada[-_]?2|bailing|stable.?diffcoder|seed.?diffcoder|wedlm|bd3lm/i;
/** Of these the config is the same as that of a model that sees everything; only the name tells. */
const BLIND_NAME = /bd3lm/i;
const BLIND_ADVICE =
  'Such a model cannot fill a hole in the middle of a text. Import LLaDA, Dream, DreamOn, Open-dCoder, Tiny-A2D mdlm or CoDA instead.';

/** How a person finds out which of several architectures a model is. */
const HOW_TO_TELL: Readonly<Record<ForeignArchitecture, string>> = {
  llada: 'LLaDA 8B or 1.5',
  dream: 'Dream, Dream-Coder or DiffuCoder: its model card says so',
  dreamon: 'DreamOn: its model card speaks of expand and delete tokens',
  'open-dcoder': 'Open-dCoder: its model card or its name says so, and its code shifts the logits by one',
  'a2d-mdlm': 'Tiny-A2D of dLLM: its name has “mdlm” in it, not “bd3lm”, and its logits are not shifted',
  coda: 'CoDA: its model card says so',
};

/** The models' own names, which people know better than those of architectures. */
const MODEL_NAMES: Readonly<Record<string, ForeignArchitecture>> = {
  'llada-8b': 'llada',
  'llada-1.5': 'llada',
  'dream-coder': 'dream',
  diffucoder: 'dream',
  'tiny-a2d': 'a2d-mdlm',
  'tiny-a2d-mdlm': 'a2d-mdlm',
  a2d: 'a2d-mdlm',
  mdlm: 'a2d-mdlm',
};

/** Reads what a user names an architecture, by its own name or a model's; undefined when it is neither. */
export function parseArchitecture(text: string): ForeignArchitecture | undefined {
  const name = text.toLowerCase();
  const own = FOREIGN_ARCHITECTURES.find((known) => known === name);
  return own ?? (Object.hasOwn(MODEL_NAMES, name) ? MODEL_NAMES[name] : undefined);
}

export interface ArchitectureHints {
  /** The name that the user gives it. */
  readonly wanted: ForeignArchitecture | undefined;
  /** True when any file names a mask. */
  readonly hasMask: boolean;
  /** True when config.json or generation_config.json names a token that expands. */
  readonly hasExpand: boolean;
  /** The hub's id or the folder's name. */
  readonly origin: string;
}

/** @throws EngineError `import-refused`, or ArchitectureUnknown where config.json fits several */
export function architectureOf(config: JsonObject, hints: ArchitectureHints): ForeignArchitecture {
  const { wanted, hasMask, hasExpand } = hints;
  const kind = kindOf(config, wanted !== undefined);
  refuseBlind(config, hints.origin);
  if (kind.causalName && !hasMask) {
    throw refusal(
      CONFIG,
      `model_type ${shown(config['model_type'])} is an ordinary causal model, and no file names a mask token: there is nothing to fill in`,
      'Give a masked-diffusion model that was trained from it.',
    );
  }
  if (wanted !== undefined) {
    if (kind.fits.includes(wanted)) return wanted;
    throw refusal(
      CONFIG,
      `model_type ${shown(config['model_type'])} is not ${wanted}; it can be ${kind.fits.join(' or ')}`,
      `Leave out --architecture, or give --architecture ${kind.fits[0]!}.`,
    );
  }
  if (kind.fits.includes('dreamon') && hasExpand) return 'dreamon';
  if (!kind.causalName) return kind.fits[0]!;
  const choices = kind.fits.map((name) => ({ name, how: HOW_TO_TELL[name] }));
  const named = choices.map(({ name, how }) => `--architecture ${name} (${how})`).join(', or ');
  throw new ArchitectureUnknown(
    choices,
    `${CONFIG}: model_type ${shown(config['model_type'])} does not say which network this is: an ordinary causal model has it, ` +
      `too, and several others. Look at the model card, then give ${named}. A causal model, or one that was trained block by block, cannot fill a hole.`,
  );
}

function kindOf(config: JsonObject, named: boolean): Kind {
  const { model_type: type, architectures } = config;
  if (typeof type === 'string' && BLIND.test(type)) throw blind(`model_type is ${shown(type)}`);
  const kind =
    typeof type === 'string' && Object.hasOwn(KINDS, type.toLowerCase())
      ? KINDS[type.toLowerCase()]!
      : undefined;
  if (!kind) {
    const found =
      type === undefined ? 'model_type is missing' : `model_type is ${shown(type)}, which is not understood`;
    throw refusal(
      CONFIG,
      found,
      `Models that can be imported: ${FOREIGN_ARCHITECTURES.join(', ')}. Choose one of them.`,
    );
  }
  const classes = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  const blindClass = classes.find((name) => typeof name === 'string' && BLIND.test(name));
  if (blindClass !== undefined) throw blind(`architectures has ${shown(blindClass)}`);
  const unknown = classes.find((name) => !kind.classes.some((known) => known === name));
  if (unknown !== undefined && !named) {
    throw refusal(
      CONFIG,
      `architectures has ${shown(unknown)}, which is not understood beside model_type ${shown(type)}`,
      `Give --architecture ${kind.fits[0]!}, if the model is a plain ${kind.fits.join(' or ')} all the same.`,
    );
  }
  return kind;
}

/** Fields that only models with blocks have. */
const BLOCK_FIELDS = ['block_size', 'bd_size', 'block_length', 'diffusion_block_size'];

function refuseBlind(config: JsonObject, origin: string): void {
  const field = BLOCK_FIELDS.find((name) => config[name] !== undefined && config[name] !== null);
  if (field !== undefined) throw blind(`${field} is ${shown(config[field])}`);
  if (config['is_causal'] === true) throw blind('is_causal is true');
  for (const [what, name] of [
    ['_name_or_path', config['_name_or_path']],
    ['the name', origin],
  ] as const)
    if (typeof name === 'string' && BLIND_NAME.test(name)) throw blind(`${what} is ${shown(name)}`);
}

function blind(what: string): Error {
  return refusal(
    CONFIG,
    `${what}: this model works block by block, each blind to what stands behind it`,
    BLIND_ADVICE,
  );
}
