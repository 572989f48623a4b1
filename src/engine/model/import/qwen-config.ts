import { checkHeads, checkNothingElse, ropeBaseOf, ConfigValues, type NetworkFields } from './config-values';
import { CONFIG } from './architectures';
import { refusal, shown } from './import-error';
import type { JsonObject } from './strict-json';

/** Values that a class of transformers takes where config.json says nothing. */
interface Family {
  readonly queryKeyNorm: boolean;
  /** Width of a head, when `head_dim` is absent; undefined: hidden_size / num_attention_heads. */
  readonly headWidth: number | undefined;
  readonly tied: boolean;
}

const QWEN2: Family = { queryKeyNorm: false, headWidth: undefined, tied: false };
const QWEN3: Family = { queryKeyNorm: true, headWidth: 128, tied: false };
const CODA: Family = { ...QWEN3, tied: true };
/** By `model_type`, in lower case. */
const FAMILIES: Readonly<Record<string, Family>> = {
  dream: QWEN2,
  dreamon: QWEN2,
  qwen2: QWEN2,
  'a2d-qwen2': QWEN2,
  qwen3: QWEN3,
  'a2d-qwen3': QWEN3,
  coda: CODA,
};
/** From which layer on a sliding window is used, when nothing is said. */
const WINDOW_LAYERS = 28;

/** config.json of the Qwen2 and Qwen3 families: Dream, DreamOn, Open-dCoder, Tiny-A2D, CoDA. */
export function readQwenConfig(json: JsonObject): NetworkFields {
  const config = new ConfigValues(json);
  const family = FAMILIES[String(json['model_type']).toLowerCase()]!;
  checkNothingElse(json);
  checkSupported(config);
  const width = config.integer('hidden_size', 1, 1 << 16);
  const heads = config.integer('num_attention_heads', 1, 1024);
  // Null means as many as heads; an absent one would be a default that no published model has.
  const keyValueHeads =
    config.value('num_key_value_heads') === null ? heads : config.integer('num_key_value_heads', 1, 1024);
  const headWidth = headWidthOf(config, family, width / heads);
  checkHeads(
    config,
    { keyValueHeads: 'num_key_value_heads', headWidth: 'head_dim' },
    { heads, keyValueHeads, headWidth },
  );
  const layers = config.integer('num_hidden_layers', 1, 1024);
  checkEveryLayerSeesAll(config, layers);
  return {
    layers,
    width,
    heads,
    keyValueHeads,
    headWidth,
    swiglu: config.integer('intermediate_size', 1, 1 << 18),
    vocabulary: config.integer('vocab_size', 2, 1 << 22),
    normEpsilon: config.number('rms_norm_eps', 1e-12, 1),
    ropeBase: ropeBaseOf(config),
    positions: config.integer('max_position_embeddings', 1, 1 << 24),
    tied: config.flagOr('tie_word_embeddings', family.tied),
    biases: biasesOf(config, family),
    queryKeyNorm: family.queryKeyNorm,
    activation: 'silu',
  };
}

function checkSupported(config: ConfigValues): void {
  if (config.value('hidden_act') !== 'silu') throw config.wrong('hidden_act', '"silu"');
  config.only('use_mrope', false, 'positions of several dimensions are not understood');
}

/** Null says hidden_size / num_attention_heads; absent means what the class has, which differs between Qwen2 and Qwen3. */
function headWidthOf(config: ConfigValues, family: Family, quotient: number): number {
  const value = config.value('head_dim');
  if (value === null) return quotient;
  if (value === undefined) return family.headWidth ?? quotient;
  return config.integer('head_dim', 2, 1024);
}

/** Qwen2 has biases on queries, keys and values, always; Qwen3 on all four of the attention's products, or none. */
function biasesOf(config: ConfigValues, { queryKeyNorm }: Family): NetworkFields['biases'] {
  if (queryKeyNorm) {
    const biased = config.flagOr('attention_bias', false);
    return { queryKeyValue: biased, output: biased, feedForward: false };
  }
  config.only('attention_bias', true, 'the Qwen2 family always has biases on queries, keys and values');
  return { queryKeyValue: true, output: false, feedForward: false };
}

function checkEveryLayerSeesAll(config: ConfigValues, layers: number): void {
  const slides =
    !config.isUnset('use_sliding_window') &&
    config.flag('use_sliding_window') &&
    !config.isUnset('sliding_window') &&
    (config.isUnset('max_window_layers') ? WINDOW_LAYERS : config.integer('max_window_layers', 0, 1 << 20)) <
      layers;
  if (slides) {
    throw refusal(
      CONFIG,
      `use_sliding_window is true and sliding_window ${shown(config.value('sliding_window'))}: windows are not understood`,
      'This model cannot be imported: choose another one.',
    );
  }
  if (config.isUnset('layer_types')) return;
  const types = config.list('layer_types');
  const other = types.find((type) => type !== 'full_attention');
  if (other !== undefined) {
    throw refusal(
      CONFIG,
      `layer_types has ${shown(other)}; only full_attention is understood`,
      'This model cannot be imported: choose another one.',
    );
  }
  if (types.length !== layers)
    throw config.wrong('layer_types', `a list of ${layers}, one for each of num_hidden_layers`);
}
