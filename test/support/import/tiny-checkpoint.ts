import fs from 'node:fs';
import path from 'node:path';
import { BYTE_CHARACTERS } from '../../../src/engine/text/token-bytes';
import { Random } from '../../../src/engine/diffusion/random';
import { safetensorsFile, type FileChange, type TestTensor } from './safetensors-file';

type Json = Record<string, unknown>;

/** A checkpoint in memory; tests change it and write it. */
export interface TestCheckpoint {
  config: Json;
  tokenizer: Json & {
    model: Json & { vocab: Record<string, number>; merges: unknown[] };
    added_tokens: Json[];
  };
  tokenizerConfig: Json;
  tensors: Map<string, TestTensor>;
  /** Other files by name; undefined: not there, whatever else says so. */
  readonly files: Record<string, string | Uint8Array | undefined>;
}

export type Base = 'qwen2' | 'qwen3' | 'llada';

/** Ids of the special tokens: behind 256 bytes and 8 merges. */
export const IDS = { end: 264, beginning: 265, mask: 266, pad: 267, expand: 268, delete: 269, other: 271 };
const SPECIAL = [
  '<|endoftext|>',
  '<|beginoftext|>',
  '<|mask|>',
  '<|pad|>',
  '<|expand|>',
  '<|delete|>',
  '<|a|>',
  '<|b|>',
];
const MERGES = ['i n', 'Ġ in', 'r e', 't u', 'r n', 're tu', 'retu rn', 'Ġ return'];
export const VOCABULARY = 272;

export interface Sizes {
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headWidth: number;
  readonly inner: number;
  readonly tied: boolean;
}

const SIZES: Readonly<Record<Base, Sizes>> = {
  qwen2: {
    vocabulary: VOCABULARY,
    width: 64,
    layers: 2,
    heads: 2,
    keyValueHeads: 1,
    headWidth: 32,
    inner: 128,
    tied: false,
  },
  qwen3: {
    vocabulary: VOCABULARY,
    width: 64,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    headWidth: 32,
    inner: 128,
    tied: true,
  },
  llada: {
    vocabulary: VOCABULARY,
    width: 64,
    layers: 2,
    heads: 2,
    keyValueHeads: 2,
    headWidth: 32,
    inner: 128,
    tied: false,
  },
};

/** A valid checkpoint with random weights: Dream (qwen2), Tiny-A2D (qwen3) or LLaDA. */
export function tinyCheckpoint(base: Base = 'qwen2', own: Partial<Sizes> = {}): TestCheckpoint {
  const sizes = { ...SIZES[base], ...own };
  return {
    config: base === 'llada' ? lladaConfig(sizes) : qwenConfig(base, sizes),
    tokenizer: tinyTokenizer(),
    tokenizerConfig: {
      bos_token: SPECIAL[1],
      eos_token: SPECIAL[0],
      pad_token: SPECIAL[3],
      mask_token: SPECIAL[2],
    },
    tensors: randomTensors(base, sizes),
    files: {},
  };
}

export interface WriteOptions {
  /** Names of the tensors in each file, by pattern: several files and an index. */
  readonly shards?: Readonly<Record<string, RegExp>>;
  readonly index?: (weightMap: Record<string, string>) => void;
  /** The damage of a weight file, by its name. */
  readonly changes?: Readonly<Record<string, FileChange>>;
}

/** Writes the folder of a checkpoint as the hub has it. */
export function writeCheckpoint(
  folder: string,
  { config, tokenizer, tokenizerConfig, tensors, files }: TestCheckpoint,
  { shards, index, changes = {} }: WriteOptions = {},
): void {
  const written: Record<string, string | Uint8Array | undefined> = {
    'config.json': JSON.stringify(config, null, 2),
    'tokenizer.json': JSON.stringify(tokenizer),
    'tokenizer_config.json': JSON.stringify(tokenizerConfig),
  };
  if (shards) {
    const weightMap: Record<string, string> = {};
    for (const [file, pattern] of Object.entries(shards)) {
      const own = new Map([...tensors].filter(([name]) => pattern.test(name)));
      for (const name of own.keys()) weightMap[name] = file;
      written[file] = safetensorsFile(own, changes[file]);
    }
    index?.(weightMap);
    written['model.safetensors.index.json'] = JSON.stringify({ metadata: {}, weight_map: weightMap });
  } else written['model.safetensors'] = safetensorsFile(tensors, changes['model.safetensors']);
  for (const [name, content] of Object.entries({ ...written, ...files })) {
    if (content === undefined) continue;
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
}

/** Two files for the layers, as larger models have them. */
export const TWO_SHARDS = {
  'model-00001-of-00002.safetensors': /embed|layers\.0\./,
  'model-00002-of-00002.safetensors': /layers\.1\.|^model\.norm|^lm_head/,
};

export function randomTensor(dtype: string, shape: readonly number[], seed: number): TestTensor {
  const random = new Random(seed);
  const count = shape.reduce((product, extent) => product * extent, 1);
  return { dtype, shape, data: Float32Array.from({ length: count }, () => (random.uniform() - 0.5) * 0.2) };
}

function randomTensors(base: Base, sizes: Sizes): Map<string, TestTensor> {
  const { vocabulary, width, layers, heads, keyValueHeads, headWidth, inner, tied } = sizes;
  const tensors = new Map<string, TestTensor>();
  const put = (name: string, ...shape: number[]): unknown =>
    tensors.set(name, randomTensor('F32', shape, tensors.size));
  const llada = base === 'llada';
  const queries = heads * headWidth;
  const keys = keyValueHeads * headWidth;
  put(llada ? 'model.transformer.wte.weight' : 'model.embed_tokens.weight', vocabulary, width);
  for (let layer = 0; layer < layers; layer++) {
    const below = llada ? `model.transformer.blocks.${layer}.` : `model.layers.${layer}.`;
    const attention = llada ? below : `${below}self_attn.`;
    const feedForward = llada ? below : `${below}mlp.`;
    put(below + (llada ? 'attn_norm.weight' : 'input_layernorm.weight'), width);
    put(below + (llada ? 'ff_norm.weight' : 'post_attention_layernorm.weight'), width);
    for (const [part, rows] of Object.entries({ q: queries, k: keys, v: keys })) {
      put(`${attention}${part}_proj.weight`, rows, width);
      if (base === 'qwen2') put(`${attention}${part}_proj.bias`, rows);
    }
    if (base === 'qwen3') {
      put(`${attention}q_norm.weight`, headWidth);
      put(`${attention}k_norm.weight`, headWidth);
    }
    put(attention + (llada ? 'attn_out.weight' : 'o_proj.weight'), width, queries);
    put(feedForward + (llada ? 'ff_proj.weight' : 'gate_proj.weight'), inner, width);
    put(`${feedForward}up_proj.weight`, inner, width);
    put(feedForward + (llada ? 'ff_out.weight' : 'down_proj.weight'), width, inner);
  }
  put(llada ? 'model.transformer.ln_f.weight' : 'model.norm.weight', width);
  if (!tied) put(llada ? 'model.transformer.ff_out.weight' : 'lm_head.weight', vocabulary, width);
  return tensors;
}

function qwenConfig(base: 'qwen2' | 'qwen3', sizes: Sizes): Json {
  const own =
    base === 'qwen3'
      ? {
          architectures: ['A2DQwen3LMHeadModel'],
          model_type: 'a2d-qwen3',
          head_dim: sizes.headWidth,
          attention_bias: false,
        }
      : { architectures: ['DreamModel'], model_type: 'Dream', mask_token_id: IDS.mask };
  return {
    ...own,
    hidden_size: sizes.width,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.heads,
    num_key_value_heads: sizes.keyValueHeads,
    intermediate_size: sizes.inner,
    vocab_size: sizes.vocabulary,
    hidden_act: 'silu',
    rms_norm_eps: 1e-6,
    rope_theta: 1e6,
    rope_scaling: null,
    max_position_embeddings: 2048,
    sliding_window: 4096,
    use_sliding_window: false,
    max_window_layers: 28,
    tie_word_embeddings: sizes.tied,
    bos_token_id: IDS.beginning,
    eos_token_id: IDS.end,
    pad_token_id: IDS.pad,
    torch_dtype: 'float32',
  };
}

function lladaConfig(sizes: Sizes): Json {
  return {
    architectures: ['LLaDAModelLM'],
    model_type: 'llada',
    d_model: sizes.width,
    n_layers: sizes.layers,
    n_heads: sizes.heads,
    n_kv_heads: sizes.keyValueHeads,
    mlp_hidden_size: sizes.inner,
    mlp_ratio: 4,
    embedding_size: sizes.vocabulary,
    vocab_size: sizes.vocabulary,
    max_sequence_length: 4096,
    block_type: 'llama',
    block_group_size: 1,
    activation_type: 'silu',
    layer_norm_type: 'rms',
    rms_norm_eps: 1e-5,
    layer_norm_with_affine: true,
    attention_layer_norm: false,
    bias_for_layer_norm: false,
    include_bias: false,
    include_qkv_bias: false,
    input_emb_norm: false,
    scale_logits: false,
    alibi: false,
    alibi_bias_max: 8,
    rope: true,
    rope_theta: 5e5,
    weight_tying: sizes.tied,
    mask_token_id: IDS.mask,
    eos_token_id: IDS.end,
    pad_token_id: IDS.pad,
  };
}

function tinyTokenizer(): TestCheckpoint['tokenizer'] {
  const tokens = [...BYTE_CHARACTERS, ...MERGES.map((merge) => merge.replace(' ', ''))];
  const split =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  return {
    version: '1.0',
    added_tokens: SPECIAL.map((content, i) => ({ id: 264 + i, content, special: true })),
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: split }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [...MERGES],
    },
  };
}
