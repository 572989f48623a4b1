import { checkHeads, checkNothingElse, ropeBaseOf, ConfigValues, type NetworkFields } from './config-values';
import type { JsonObject } from './strict-json';

/** Fields of LLaDA's config.json that may have one value only, and why; absent is refused where its default is another. */
const ONLY: readonly (readonly [key: string, supported: string | number | boolean, why: string])[] = [
  ['block_type', 'llama', 'only blocks like Llama’s are understood'],
  ['block_group_size', 1, 'groups of blocks are not understood'],
  ['activation_type', 'silu', 'only silu is understood'],
  ['layer_norm_type', 'rms', 'only RMSNorm is understood'],
  ['layer_norm_with_affine', true, 'norms without gains are not understood'],
  ['attention_layer_norm', false, 'norms of whole queries and keys are not understood'],
  ['bias_for_layer_norm', false, 'norms with biases are not understood'],
  ['include_bias', false, 'biases everywhere are not understood'],
  ['input_emb_norm', false, 'a norm of the embedding is not understood'],
  ['scale_logits', false, 'scaled logits are not understood'],
  ['alibi', false, 'only rotary positions are understood'],
  ['rope', true, 'only rotary positions are understood'],
];
/** Values that must be there: those that LLaDA's class takes in their place are not understood here. */
const NEEDED = ['block_type', 'activation_type', 'layer_norm_type', 'rope'];

/** config.json of LLaDA 8B and 1.5, whose fields are OLMo's. */
export function readLladaConfig(json: JsonObject): NetworkFields {
  const config = new ConfigValues(json);
  checkNothingElse(json);
  for (const [key, supported, why] of ONLY) {
    if (NEEDED.includes(key) && config.isUnset(key)) throw config.wrong(key, JSON.stringify(supported));
    config.only(key, supported, why);
  }
  const width = config.integer('d_model', 1, 1 << 16);
  const heads = config.integer('n_heads', 1, 1024);
  const keyValueHeads = keyValueHeadsOf(config, heads);
  const headWidth = width / heads;
  checkHeads(
    config,
    { keyValueHeads: 'n_kv_heads', headWidth: 'd_model / n_heads' },
    { heads, keyValueHeads, headWidth },
  );
  return {
    layers: config.integer('n_layers', 1, 1024),
    width,
    heads,
    keyValueHeads,
    headWidth,
    swiglu: config.isUnset('mlp_hidden_size')
      ? width * config.integer('mlp_ratio', 1, 64)
      : config.integer('mlp_hidden_size', 1, 1 << 18),
    vocabulary: config.isUnset('embedding_size')
      ? config.integer('vocab_size', 2, 1 << 22)
      : config.integer('embedding_size', 2, 1 << 22),
    normEpsilon: config.number('rms_norm_eps', 1e-12, 1),
    ropeBase: ropeBaseOf(config),
    positions: config.integer('max_sequence_length', 1, 1 << 24),
    tied: tiedOf(config),
    biases: {
      queryKeyValue: !config.isUnset('include_qkv_bias') && config.flag('include_qkv_bias'),
      output: false,
      feedForward: false,
    },
    queryKeyNorm: false,
    activation: 'silu',
  };
}

function keyValueHeadsOf(config: ConfigValues, heads: number): number {
  const several = config.isUnset('multi_query_attention') ? undefined : config.flag('multi_query_attention');
  const implied = several === undefined ? undefined : several ? 1 : heads;
  if (config.isUnset('n_kv_heads')) return implied ?? heads;
  const named = config.integer('n_kv_heads', 1, 1024);
  if (implied === undefined || implied === named) return named;
  throw config.wrong('n_kv_heads', `${implied}, as multi_query_attention says`);
}

/** The class's default is tied; transformers' own field must not contradict. */
function tiedOf(config: ConfigValues): boolean {
  const tied = config.flagOr('weight_tying', true);
  if (config.value('tie_word_embeddings') !== undefined && config.flag('tie_word_embeddings') !== tied) {
    throw config.wrong('tie_word_embeddings', `${tied}, as weight_tying is`);
  }
  return tied;
}
