import assert from 'node:assert/strict';
import path from 'node:path';
import { ArchitectureUnknown } from '../../../../../src/engine/contract/importing';
import { parseArchitecture } from '../../../../../src/engine/model/import/architectures';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { importCases, openCase, type ImportCase } from '../../../../support/import/import-cases';
import {
  IDS,
  randomTensor,
  tinyCheckpoint,
  type Base,
  type Sizes,
  type TestCheckpoint,
} from '../../../../support/import/tiny-checkpoint';

const CONFIG = 'config.json';

/** A checkpoint whose config.json has other values; undefined takes a field away. */
function config(own: Record<string, unknown>, base: Base = 'qwen2'): Pick<ImportCase, 'base' | 'change'> {
  return { base, change: (checkpoint) => setFields(checkpoint.config, own) };
}

function setFields(fields: Record<string, unknown>, own: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined) Reflect.deleteProperty(fields, name);
    else fields[name] = value;
  }
}

function refused(own: Record<string, unknown>, ...names: (string | RegExp)[]): ImportCase {
  return { ...config(own), refused: [CONFIG, ...names] };
}

function refusedLlada(own: Record<string, unknown>, ...names: string[]): ImportCase {
  return { ...config(own, 'llada'), refused: [CONFIG, ...names] };
}

/** Another network, in config.json and in the weights. */
function sizes(
  base: Base,
  own: Partial<Sizes>,
  fields: Record<string, unknown> = {},
): Pick<ImportCase, 'base' | 'change'> {
  return {
    base,
    change: (checkpoint) => {
      Object.assign(checkpoint, tinyCheckpoint(base, own));
      setFields(checkpoint.config, fields);
    },
  };
}

/** An ordinary name of a causal model, as Open-dCoder has it. */
function causal({ config: fields }: TestCheckpoint): void {
  Object.assign(fields, { architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2' });
}

describe('config.json of a checkpoint', () => {
  describe('the networks', () => {
    importCases({
      Dream: {
        imported: {
          architecture: 'dream',
          layers: 2,
          width: 64,
          heads: 2,
          keyValueHeads: 1,
          headWidth: 32,
          swiglu: 128,
          vocabulary: 272,
          tokenizerVocabulary: 272,
          normEpsilon: 1e-6,
          ropeBase: 1e6,
          positions: 2048,
          tied: false,
          biases: { queryKeyValue: true, output: false, feedForward: false },
          queryKeyNorm: false,
          shift: true,
          framing: { before: [IDS.beginning], behind: [IDS.end] },
        },
      },
      'Tiny-A2D on Qwen3': {
        base: 'qwen3',
        imported: {
          architecture: 'a2d-mdlm',
          heads: 4,
          headWidth: 32,
          tied: true,
          queryKeyNorm: true,
          shift: false,
          biases: { queryKeyValue: false, output: false, feedForward: false },
          framing: { before: [], behind: [] },
        },
      },
      'Tiny-A2D on Qwen2.5': {
        ...config({ model_type: 'a2d-qwen2', architectures: ['A2DQwen2LMHeadModel'] }),
        imported: { architecture: 'a2d-mdlm', shift: false, queryKeyNorm: false },
      },
      LLaDA: {
        base: 'llada',
        imported: {
          architecture: 'llada',
          normEpsilon: 1e-5,
          ropeBase: 5e5,
          positions: 4096,
          shift: false,
          tied: false,
        },
      },
      DreamOn: {
        ...config({ expand_token_id: IDS.expand, delete_token_id: IDS.delete }),
        imported: {
          architecture: 'dreamon',
          shift: true,
          tokens: {
            mask: IDS.mask,
            ends: [IDS.end],
            beginning: IDS.beginning,
            expand: IDS.expand,
            delete: IDS.delete,
            deleteTakesAllBehind: true,
          },
          framing: { before: [IDS.beginning], behind: [IDS.end] },
        },
      },
      'DreamOn, by generation_config.json': {
        change: ({ files }) =>
          (files['generation_config.json'] = JSON.stringify({ expand_token_id: IDS.expand })),
        imported: { architecture: 'dreamon' },
      },
      'DreamOn, which deletes by the end': {
        change: ({ config: fields, tokenizer }) => {
          fields['expand_token_id'] = IDS.expand;
          tokenizer.added_tokens = tokenizer.added_tokens.filter(({ id }) => id !== IDS.delete);
        },
        imported: {
          tokens: {
            mask: IDS.mask,
            ends: [IDS.end],
            beginning: IDS.beginning,
            expand: IDS.expand,
            delete: IDS.end,
            deleteTakesAllBehind: true,
          },
        },
      },
      'DreamOn, by its name': { architecture: 'dreamon', imported: { architecture: 'dreamon' } },
      CoDA: {
        ...sizes(
          'qwen3',
          {},
          { architectures: ['CoDALanguageModel'], model_type: 'CoDA', tie_word_embeddings: undefined },
        ),
        imported: { architecture: 'coda', tied: true, shift: true, queryKeyNorm: true },
      },
      'Open-dCoder, by its name': {
        change: causal,
        architecture: 'open-dcoder',
        imported: { architecture: 'open-dcoder', shift: true },
      },
    });

    it('asks where several fit, and says how to tell', async () => {
      await assert.rejects(openCase({ change: causal }), (error) => {
        assert.ok(error instanceof ArchitectureUnknown);
        assert.deepEqual(
          error.choices.map(({ name }) => name),
          ['open-dcoder', 'a2d-mdlm'],
        );
        assert.match(
          error.message,
          /config\.json: model_type "qwen2".*--architecture open-dcoder \(.*--architecture a2d-mdlm/,
        );
        return true;
      });
    });
    it('knows architectures by the models’ names', () => {
      assert.equal(parseArchitecture('Dream-Coder'), 'dream');
      assert.equal(parseArchitecture('open-dCoder'), 'open-dcoder');
      assert.equal(parseArchitecture('constructor'), undefined);
    });

    importCases({
      'a causal model': {
        change: (checkpoint) => {
          causal(checkpoint);
          Reflect.deleteProperty(checkpoint.config, 'mask_token_id');
          Reflect.deleteProperty(checkpoint.tokenizerConfig, 'mask_token');
          checkpoint.tokenizer.added_tokens = checkpoint.tokenizer.added_tokens.filter(
            ({ id }) => id !== IDS.mask,
          );
        },
        refused: [CONFIG, 'qwen2', 'mask'],
      },
      'an unknown model_type': refused(
        { model_type: 'something', architectures: ['SomethingForDiffusion'] },
        'model_type',
        'something',
      ),
      'a model_type of JavaScript’s': refused({ model_type: '__proto__' }, 'model_type', '__proto__'),
      'no model_type': refused({ model_type: undefined }, 'model_type'),
      'another class': refused(
        { architectures: ['DreamForSomething'] },
        'architectures',
        'DreamForSomething',
      ),
      'a name that config.json contradicts': { architecture: 'llada', refused: [CONFIG, 'Dream', 'llada'] },
      SDAR: refused({ model_type: 'sdar', architectures: ['SDARForCausalLM'] }, 'sdar', 'behind'),
      'Fast-dLLM v2': refused({ model_type: 'Fast_dLLM_Qwen' }, 'Fast_dLLM_Qwen', 'behind'),
      'LLaDA 2': refused({ model_type: 'llada2_moe' }, 'llada2_moe', 'behind'),
      WeDLM: refused({ model_type: 'wedlm' }, 'wedlm', 'behind'),
      'Stable-DiffCoder': refused({ model_type: 'stable_diffcoder' }, 'behind'),
      blocks: refused({ block_size: 32 }, 'block_size', '32', 'behind'),
      'a causal mask': refused({ is_causal: true }, 'is_causal'),
      'a sibling with blocks': {
        ...config({ _name_or_path: 'models/Qwen3-0.6B-diffusion-bd3lm' }, 'qwen3'),
        refused: ['bd3lm', '_name_or_path'],
      },
    });

    it('refuses a sibling with blocks by the folder’s name', () =>
      assert.rejects(openCase({ base: 'qwen3' }, path.join(temporaryFolder(), 'Qwen3-bd3lm')), /bd3lm/));
  });

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
