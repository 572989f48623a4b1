import { content, edited, tensor, tokenizer, type Refusal } from './refusal';
import { IDS } from './tiny-checkpoint';

/** Checkpoints whose tensors, configuration or tokenizer are at fault. */
export const CONTENT_REFUSALS: Readonly<Record<string, Refusal>> = {
  // Tensors.
  F64: { change: tensor('model.norm.weight', 'F64', [64]), names: ['F64', 'model.norm.weight'] },
  'an infinity in float16': {
    change: tensor('model.norm.weight', 'F16', [64], Infinity),
    names: ['model.norm.weight', 'Infinity'],
  },
  'no number in bfloat16': {
    change: tensor('lm_head.weight', 'BF16', [272, 64], NaN),
    names: ['lm_head.weight', 'NaN'],
  },
  'a layer more than config.json says': {
    config: { num_hidden_layers: 1 },
    names: ['layers.1', 'config.json'],
  },
  'a layer fewer': { config: { num_hidden_layers: 3 }, names: ['layers.2'] },
  'another shape': { config: { intermediate_size: 96 }, names: ['gate_proj', '[128, 64]', '[96, 64]'] },
  'a tensor twice by the prefix of a wrapper': {
    change: tensor('_orig_mod.model.norm.weight', 'F32', [64]),
    names: ['model.norm.weight', '_orig_mod'],
  },
  'a bias that there is not': { change: tensor('lm_head.bias', 'F32', [272]), names: ['lm_head.bias'] },
  'a tensor called constructor': { change: tensor('constructor', 'F32', [4]), names: ['constructor'] },
  'an adapter beside the weights': {
    change: (checkpoint) => {
      tensor('model.layers.0.self_attn.q_proj.lora_A.weight', 'F32', [4, 64])(checkpoint);
      checkpoint.tensors.delete('model.layers.0.self_attn.q_proj.weight');
    },
    names: ['lora_A', 'Merge'],
  },
  'weights that GPTQ has made': {
    change: (checkpoint) => {
      tensor('model.layers.0.self_attn.q_proj.qweight', 'I8', [8, 64])(checkpoint);
      checkpoint.tensors.delete('model.layers.0.self_attn.q_proj.weight');
    },
    names: ['qweight'],
  },
  'quantised weights, their matrices left out': {
    change: (checkpoint) => {
      tensor('model.layers.0.mlp.up_proj.weight', 'I8', [128, 64])(checkpoint);
    },
    names: ['I8', 'up_proj'],
  },
  'tied, and a matrix of another shape': {
    config: { tie_word_embeddings: true },
    change: tensor('lm_head.weight', 'F32', [100, 64]),
    names: ['tie_word_embeddings', 'another shape'],
  },
  'frequencies that do not follow': {
    change: tensor('model.rotary_emb.inv_freq', 'F32', [16]),
    names: ['inv_freq', 'rope_theta'],
  },
  'tied, and a matrix of its own': {
    config: { tie_word_embeddings: true },
    names: ['tie_word_embeddings', 'lm_head.weight'],
  },
  'tied by nothing said, and another one': {
    base: 'llada',
    config: { tie_word_embeddings: true },
    names: ['tie_word_embeddings', 'weight_tying'],
  },
  // The mask.
  'a mask as text': { config: { mask_token_id: '266' }, names: ['config.json', 'mask_token_id'] },
  'a mask that generation_config.json has otherwise': {
    change: ({ files }) => (files['generation_config.json'] = `{"mask_token_id":${IDS.other}}`),
    names: ['271', 'generation_config.json'],
  },
  'a mask that special_tokens_map.json has otherwise': {
    change: ({ files }) => (files['special_tokens_map.json'] = '{"mask_token":"<|a|>"}'),
    names: ['special_tokens_map.json'],
  },
  'a mask that is another token elsewhere': {
    change: ({ tokenizerConfig }) =>
      (tokenizerConfig['added_tokens_decoder'] = { [IDS.mask]: { content: '<|b|>' } }),
    names: ['tokenizer_config.json', '<|b|>', String(IDS.mask)],
  },
  'an added token with a text for its id': {
    change: ({ files }) => (files['added_tokens.json'] = '{"<|mask|>":"266"}'),
    names: ['added_tokens.json', '266'],
  },
  'a mask that is no token': {
    change: ({ tokenizerConfig }) => (tokenizerConfig['mask_token'] = '<|nothing|>'),
    names: ['tokenizer_config.json', '<|nothing|>'],
  },
  'a mask of several': {
    change: ({ tokenizerConfig }) => (tokenizerConfig['mask_token'] = 7),
    names: ['tokenizer_config.json', 'mask_token'],
  },
  'a mask that is text': {
    config: { mask_token_id: 65 },
    change: (checkpoint) => {
      checkpoint.tokenizerConfig = {};
      checkpoint.tokenizer.added_tokens = [];
    },
    names: ['config.json', '65'],
  },
  'a mask that ends texts': {
    config: { eos_token_id: IDS.mask },
    change: (checkpoint) => (checkpoint.tokenizerConfig = { mask_token: '<|mask|>' }),
    names: ['mask_token_id', 'eos_token_id'],
  },
  'a mask without a row': {
    config: { mask_token_id: 272 },
    change: ({ tokenizer: { added_tokens }, tokenizerConfig }) => {
      added_tokens.splice(2, 1, { id: 272, content: '<|m|>' });
      tokenizerConfig['mask_token'] = '<|m|>';
    },
    names: ['mask_token_id', '272'],
  },
  'an end without a row': { config: { eos_token_id: [264, 5000] }, names: ['eos_token_id', '5000'] },
  'nothing to expand by': {
    config: { model_type: 'DreamOn', architectures: ['DreamOnModel'] },
    change: ({ tokenizer: { added_tokens } }) => added_tokens.splice(4, 1),
    names: ['expand_token_id'],
  },
  'nothing to begin with': {
    config: { expand_token_id: IDS.expand, bos_token_id: undefined },
    change: ({ tokenizerConfig }) => delete tokenizerConfig['bos_token'],
    names: ['bos_token_id', 'DreamOn'],
  },
  // config.json.
  'a field twice': {
    edit: edited('config.json', (text) => text.replace('{', '{"mask_token_id":1,')),
    names: ['config.json', 'mask_token_id', 'twice'],
  },
  'a comment': { edit: edited('config.json', (text) => `// x\n${text}`), names: ['config.json', 'line 1'] },
  'a file that ends too early': {
    edit: edited('config.json', (text) => text.slice(0, 300)),
    names: ['config.json'],
  },
  'a number without end': {
    edit: edited('config.json', (text) => text.replace('{', '{"x":1e999,')),
    names: ['config.json', 'line 1'],
  },
  'a depth without end': {
    edit: edited('config.json', (text) => text.replace('{', `{"x":${'['.repeat(99)}${']'.repeat(99)},`)),
    names: ['config.json', 'deep'],
  },
  'not a number': { edit: edited('config.json', (text) => text.replace('{', '{"x":NaN,')), names: ['NaN'] },
  'a list': { edit: content('config.json', '[]'), names: ['config.json', 'a list'] },
  'another architecture than is asked for': {
    architecture: 'llada',
    names: ['model_type', 'llada', 'dream'],
  },
  'no model_type': { config: { model_type: undefined }, names: ['config.json', 'model_type'] },
  'a model_type that JavaScript knows': { config: { model_type: 'constructor' }, names: ['model_type'] },
  'another class': {
    config: { architectures: ['DreamForClassification'] },
    names: ['architectures', 'DreamFor'],
  },
  'blocks by a field': { base: 'qwen3', config: { block_size: 32 }, names: ['block_size', 'block by block'] },
  'blocks by the model_type': { base: 'llada', config: { model_type: 'llada2_moe' }, names: ['llada2_moe'] },
  'blocks by the class': { config: { architectures: ['SDARForCausalLM'] }, names: ['architectures', 'SDAR'] },
  'blocks by the name': { base: 'qwen3', config: { _name_or_path: 'Qwen3-bd3lm' }, names: ['bd3lm'] },
  'a causal network': { config: { is_causal: true }, names: ['is_causal'] },
  'a causal network without a mask': {
    config: { model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'], mask_token_id: undefined },
    change: (checkpoint) => {
      checkpoint.tokenizerConfig = {};
      checkpoint.tokenizer.added_tokens.splice(2, 1);
    },
    names: ['model_type', 'mask'],
  },
  'no mask at all': {
    config: { mask_token_id: undefined },
    change: (checkpoint) => {
      checkpoint.tokenizerConfig = {};
      checkpoint.tokenizer.added_tokens.splice(2, 1);
    },
    names: ['config.json', 'mask_token_id'],
  },
  'positions that are scaled': {
    config: { rope_theta: undefined, rope_parameters: { rope_type: 'yarn', rope_theta: 1e6, factor: 4 } },
    names: ['rope_parameters', 'yarn'],
  },
  'positions that are a number': { config: { rope_scaling: 4 }, names: ['rope_scaling'] },
  'a base that is a text': {
    config: { rope_theta: undefined, rope_parameters: { rope_theta: '1e6' } },
    names: ['rope_parameters'],
  },
  'two bases': { config: { rope_parameters: { rope_theta: 5 } }, names: ['rope_theta', 'rope_parameters'] },
  'no base': { config: { rope_theta: undefined }, names: ['rope_theta'] },
  'a part of the positions': { config: { partial_rotary_factor: 0.5 }, names: ['partial_rotary_factor'] },
  'weights made small before': {
    config: { quantization_config: { bits: 4 } },
    names: ['quantization_config'],
  },
  'heads that do not divide': {
    config: { num_key_value_heads: 2, num_attention_heads: 3 },
    names: ['num_key_value_heads'],
  },
  'heads of an odd width': { config: { hidden_size: 66, num_attention_heads: 2 }, names: ['head_dim', '33'] },
  'windows that slide': {
    config: { use_sliding_window: true, max_window_layers: 0 },
    names: ['use_sliding_window'],
  },
  'windows that may slide, as a text says': {
    config: { use_sliding_window: 'true', sliding_window: 128 },
    names: ['use_sliding_window'],
  },
  'rotary positions of a part': { config: { rotary_pct: 0.25 }, names: ['rotary_pct'] },
  'layers that slide': {
    config: { layer_types: ['full_attention', 'sliding_attention'] },
    names: ['layer_types'],
  },
  'too few kinds of layers': { config: { layer_types: ['full_attention'] }, names: ['layer_types'] },
  'several dimensions': { config: { use_mrope: true }, names: ['use_mrope'] },
  'another activation': { config: { hidden_act: 'gelu' }, names: ['hidden_act'] },
  'heads that contradict': {
    base: 'llada',
    config: { multi_query_attention: true, n_kv_heads: 2 },
    names: ['n_kv_heads', 'multi_query_attention'],
  },
  // tokenizer.json.
  'a tokenizer larger than the network': {
    change: ({ tokenizer: { added_tokens } }) => added_tokens.push({ id: 290, content: '<y>' }),
    names: ['tokenizer.json', '291'],
  },
  'another kind of model': {
    change: ({ tokenizer: { model } }) => (model['type'] = 'WordPiece'),
    names: ['WordPiece'],
  },
  'no model': { change: tokenizer('model', 3), names: ['tokenizer.json', 'model'] },
  'bytes by name': {
    change: ({ tokenizer: { model } }) => (model['byte_fallback'] = true),
    names: ['byte_fallback'],
  },
  'no vocabulary': { change: ({ tokenizer: { model } }) => (model.vocab = {}), names: ['model.vocab'] },
  'a negative id': { change: ({ tokenizer: { model } }) => (model.vocab['in'] = -1), names: ['"in"', '-1'] },
  'two tokens of one id': { change: ({ tokenizer: { model } }) => (model.vocab['in'] = 257), names: ['257'] },
  'a byte without a token': { change: ({ tokenizer: { model } }) => delete model.vocab['A'], names: ['65'] },
  'no merges': { change: ({ tokenizer: { model } }) => (model.merges = 3 as never), names: ['model.merges'] },
  'a merge of three': {
    change: ({ tokenizer: { model } }) => (model.merges = ['i n x']),
    names: ['merge 0'],
  },
  'a merge of nothing': {
    change: ({ tokenizer: { model } }) => (model.merges = ['q u']),
    names: ['merge 0', 'qu'],
  },
  'added tokens that are none': { change: tokenizer('added_tokens', 3), names: ['added_tokens'] },
  'an added token without an id': {
    change: tokenizer('added_tokens', [{ content: 'a' }]),
    names: ['added_tokens'],
  },
  'an added token that is a number': { change: tokenizer('added_tokens', [3]), names: ['added_tokens', '3'] },
  'an added token over another': {
    change: ({ tokenizer: { added_tokens } }) => added_tokens.push({ id: 5, content: '<x>' }),
    names: ['tokenizer.json', '5'],
  },
  'an added token of two ids': {
    change: ({ tokenizer: { added_tokens } }) => added_tokens.push({ id: 273, content: '<|mask|>' }),
    names: ['tokenizer.json', '266', '273'],
  },
  'letters that become small': {
    change: tokenizer('normalizer', { type: 'Lowercase' }),
    names: ['changes text'],
  },
  'a step that nobody knows': {
    change: tokenizer('pre_tokenizer', { type: 'Nothing' }),
    names: ['tokenizer.json'],
  },
};
