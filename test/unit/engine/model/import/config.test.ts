import assert from 'node:assert/strict';
import { CONFIG, config, refused, refusedLlada, sizes } from '../../../../support/import/config-cases';
import { importCases, openCase, type ImportCase } from '../../../../support/import/import-cases';
import { randomTensor } from '../../../../support/import/tiny-checkpoint';

describe('config.json of a checkpoint', () => {
  describe('fields', () => {
    importCases({
      'code beside the weights is not run': {
        change: ({ config: fields, files }) => {
          fields['auto_map'] = { AutoModel: 'modeling_dream.DreamModel' };
          files['modeling_dream.py'] = 'raise SystemExit';
        },
      },
      'dtype for torch_dtype': config({ torch_dtype: undefined, dtype: 'float32' }),
      rope_parameters: {
        ...config({
          rope_theta: undefined,
          rope_scaling: undefined,
          rope_parameters: { rope_type: 'default', rope_theta: 5e5 },
        }),
        imported: { ropeBase: 5e5 },
      },
      'rope_scaling of the default kind': config({ rope_scaling: { type: 'default' } }),
      'no rope_theta': refused({ rope_theta: undefined }, 'rope_theta'),
      'two bases that differ': refused(
        { rope_parameters: { rope_type: 'default', rope_theta: 1e4 } },
        'rope_theta',
        '10000',
        '1000000',
      ),
      'a base that is a text': refused({ rope_theta: '1000000' }, 'rope_theta'),
      yarn: refused({ rope_scaling: { type: 'yarn', factor: 4 } }, 'rope_scaling', 'yarn'),
      'linear scaling': refused(
        { rope_scaling: { rope_type: 'linear', factor: 2 } },
        'rope_scaling',
        'linear',
      ),
      'scaling in the new place': refused(
        { rope_parameters: { rope_type: 'llama3', rope_theta: 1e6, factor: 8 } },
        'rope_parameters',
        'llama3',
      ),
      'scaling by layers': refused(
        { rope_parameters: { full_attention: { rope_theta: 1e6 } } },
        'rope_parameters',
        'full_attention',
      ),
      'partial positions': refused({ partial_rotary_factor: 0.5 }, 'partial_rotary_factor'),
      'head_dim null': { ...config({ head_dim: null }), imported: { headWidth: 32 } },
      'head_dim absent in Qwen3, where it is 128': {
        ...sizes('qwen3', { headWidth: 128 }, { head_dim: undefined }),
        imported: { headWidth: 128 },
      },
      'head_dim absent, and the weights are others’': {
        ...config({ head_dim: undefined }, 'qwen3'),
        refused: ['head_dim', 'q_proj'],
      },
      'head_dim null in Qwen3, and the weights are others’': {
        ...config({ head_dim: null }, 'qwen3'),
        refused: ['head_dim', 'q_proj'],
      },
      'head_dim against the weights': {
        ...config({ head_dim: 16 }, 'qwen3'),
        refused: ['head_dim', 'q_proj'],
      },
      'an odd head_dim': refused({ head_dim: 31 }, 'head_dim'),
      'heads that do not divide': refused({ num_attention_heads: 3 }, 'head_dim'),
      'heads of keys that do not divide': refused(
        { num_key_value_heads: 3, num_attention_heads: 4 },
        'num_key_value_heads',
      ),
      'num_key_value_heads null': {
        ...sizes('qwen2', { keyValueHeads: 2 }, { num_key_value_heads: null }),
        imported: { keyValueHeads: 2 },
      },
      'num_key_value_heads absent': refused({ num_key_value_heads: undefined }, 'num_key_value_heads'),
      'a window that is on': refused({ use_sliding_window: true, max_window_layers: 1 }, 'sliding_window'),
      'a window that is on for no layer': config({ use_sliding_window: true, max_window_layers: 2 }),
      'a layer with a window': refused(
        { layer_types: ['full_attention', 'sliding_attention'] },
        'layer_types',
        'sliding_attention',
      ),
      'layers of the full kind': config({ layer_types: ['full_attention', 'full_attention'] }),
      'too few kinds of layers': refused({ layer_types: ['full_attention'] }, 'layer_types'),
      'another activation': refused({ hidden_act: 'gelu' }, 'hidden_act', 'gelu'),
      'biases of Qwen3': {
        base: 'qwen3',
        change: ({ config: fields, tensors }) => {
          fields['attention_bias'] = true;
          for (const layer of [0, 1])
            for (const [part, rows] of Object.entries({ q: 128, k: 64, v: 64, o: 64 }))
              tensors.set(
                `model.layers.${layer}.self_attn.${part}_proj.bias`,
                randomTensor('F32', [rows], rows),
              );
        },
        imported: { biases: { queryKeyValue: true, output: true, feedForward: false } },
      },
      'Qwen2 without biases': refused({ attention_bias: false }, 'attention_bias'),
      'biases of the feed-forward layer': refused({ mlp_bias: true }, 'mlp_bias'),
      GPTQ: refused(
        { quantization_config: { quant_method: 'gptq', bits: 4 } },
        'quantization_config',
        'gptq',
      ),
      experts: refused({ num_experts: 8 }, 'num_experts'),
      'capped logits': refused({ final_logit_softcapping: 30 }, 'final_logit_softcapping'),
      'positions of several dimensions': refused({ use_mrope: true }, 'use_mrope'),
      'a number that is a text': refused({ hidden_size: '64' }, 'hidden_size', '64'),
      'no layers': refused({ num_hidden_layers: 0 }, 'num_hidden_layers'),
      'rows that config.json does not say': {
        ...config({ vocab_size: 300 }),
        refused: ['vocab_size', 'embed_tokens'],
      },
    });
  });

  describe('of LLaDA', () => {
    importCases({
      'another block': refusedLlada({ block_type: 'sequential' }, 'block_type', 'sequential'),
      'no kind of block': refusedLlada({ block_type: undefined }, 'block_type'),
      'groups of blocks': refusedLlada({ block_group_size: 4 }, 'block_group_size'),
      ALiBi: refusedLlada({ alibi: true }, 'alibi'),
      'no rotary positions': refusedLlada({ rope: false }, 'rope'),
      LayerNorm: refusedLlada({ layer_norm_type: 'default' }, 'layer_norm_type'),
      'norms of queries and keys': refusedLlada({ attention_layer_norm: true }, 'attention_layer_norm'),
      'biases everywhere': refusedLlada({ include_bias: true }, 'include_bias'),
      'scaled logits': refusedLlada({ scale_logits: true }, 'scale_logits'),
      'n_kv_heads null': { ...config({ n_kv_heads: null }, 'llada'), imported: { keyValueHeads: 2 } },
      'one head of keys, by its other field': {
        ...sizes('llada', { keyValueHeads: 1 }, { n_kv_heads: undefined, multi_query_attention: true }),
        imported: { keyValueHeads: 1 },
      },
      'two fields that contradict': refusedLlada({ multi_query_attention: true }, 'n_kv_heads'),
      'mlp_hidden_size null': {
        ...sizes('llada', { inner: 256 }, { mlp_hidden_size: null }),
        imported: { swiglu: 256 },
      },
      'biases of queries, keys and values': {
        base: 'llada',
        change: ({ config: fields, tensors }) => {
          fields['include_qkv_bias'] = true;
          for (const layer of [0, 1])
            for (const part of ['q', 'k', 'v'])
              tensors.set(
                `model.transformer.blocks.${layer}.${part}_proj.bias`,
                randomTensor('F32', [64], 1),
              );
        },
        imported: { biases: { queryKeyValue: true, output: false, feedForward: false } },
      },
      'ties that contradict': refusedLlada(
        { tie_word_embeddings: true },
        'tie_word_embeddings',
        'weight_tying',
      ),
    });
  });

  describe('what is no JSON', () => {
    const text = (edit: (text: string) => string | Uint8Array, ...names: string[]): ImportCase => ({
      change: ({ config: fields, files }) => (files[CONFIG] = edit(JSON.stringify(fields, null, 2))),
      ...(names.length > 0 && { refused: [CONFIG, ...names] }),
    });
    importCases({
      'a byte order mark is none of it': text((json) => `\ufeff${json}`),
      Infinity: text(
        (json) => json.replace('{', '{\n"time_step_limit": [0, Infinity],'),
        'Infinity',
        'line 2',
      ),
      NaN: text((json) => json.replace('{', '{"x": NaN,'), 'NaN', 'line 1'),
      'a number beyond all': text((json) => json.replace('{', '{"x": 1e999,'), 'line 1'),
      'a comma at the end': text((json) => json.replace(/\n}$/, ',\n}'), 'line'),
      'a comment': text((json) => `// Dream\n${json}`, 'line 1'),
      'half of it': text((json) => json.slice(0, 200), 'line'),
      'a list': text(() => '[1, 2, 3]', 'a list'),
      nothing: text(() => ' \n', 'empty'),
      'UTF-16': text((json) => Buffer.from(`\ufeff${json}`, 'utf16le'), 'UTF-8'),
    });

    it('or not there', () =>
      assert.rejects(
        openCase({ change: ({ files }) => (files[CONFIG] = undefined) }),
        /config\.json: there is no such file/,
      ));
  });
});
