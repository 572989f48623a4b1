import type { NetworkFields } from './config-values';

/** A tensor that the network needs. */
export interface NeededTensor {
  /** As `ForeignSource` has it. */
  readonly name: string;
  /** As the checkpoint has it. */
  readonly stored: string;
  readonly shape: readonly number[];
  /** The field of config.json that the shape's first size follows from, for messages. */
  readonly because: string;
}

/** How a checkpoint calls its tensors. */
interface Naming {
  readonly embedding: string;
  readonly norm: string;
  readonly head: string;
  layer(index: number): string;
  /** Below a layer. */
  readonly parts: Readonly<Record<Part, string>>;
}

type Part =
  | 'norm1'
  | 'query'
  | 'key'
  | 'value'
  | 'output'
  | 'queryNorm'
  | 'keyNorm'
  | 'norm2'
  | 'gate'
  | 'up'
  | 'down';

const QWEN: Naming = {
  embedding: 'model.embed_tokens',
  norm: 'model.norm',
  head: 'lm_head',
  layer: (index) => `model.layers.${index}.`,
  parts: {
    norm1: 'input_layernorm',
    query: 'self_attn.q_proj',
    key: 'self_attn.k_proj',
    value: 'self_attn.v_proj',
    output: 'self_attn.o_proj',
    queryNorm: 'self_attn.q_norm',
    keyNorm: 'self_attn.k_norm',
    norm2: 'post_attention_layernorm',
    gate: 'mlp.gate_proj',
    up: 'mlp.up_proj',
    down: 'mlp.down_proj',
  },
};

/** LLaDA has two tensors called ff_out: a block's way down, and beside the blocks the output. */
const LLADA: Naming = {
  embedding: 'model.transformer.wte',
  norm: 'model.transformer.ln_f',
  head: 'model.transformer.ff_out',
  layer: (index) => `model.transformer.blocks.${index}.`,
  parts: {
    norm1: 'attn_norm',
    query: 'q_proj',
    key: 'k_proj',
    value: 'v_proj',
    output: 'attn_out',
    queryNorm: 'q_norm',
    keyNorm: 'k_norm',
    norm2: 'ff_norm',
    gate: 'ff_proj',
    up: 'up_proj',
    down: 'ff_out',
  },
};

/** Every tensor that a network has, in the order of its parts. The output matrix comes last, where it is untied. */
export function neededTensors(fields: NetworkFields, family: 'qwen' | 'llada'): NeededTensor[] {
  const naming = family === 'qwen' ? QWEN : LLADA;
  const { layers, width, vocabulary, tied } = fields;
  const rows = family === 'qwen' ? 'vocab_size' : 'embedding_size';
  return [
    { name: 'embedding', stored: `${naming.embedding}.weight`, shape: [vocabulary, width], because: rows },
    ...Array.from({ length: layers }, (_, layer) => layerTensors(fields, naming, layer)).flat(),
    { name: 'norm', stored: `${naming.norm}.weight`, shape: [width], because: 'the width' },
    ...(tied
      ? []
      : [{ name: 'head', stored: outputName(family), shape: [vocabulary, width], because: rows }]),
  ];
}

/** The output matrix, as the checkpoint calls it. */
export function outputName(family: 'qwen' | 'llada'): string {
  return `${(family === 'qwen' ? QWEN : LLADA).head}.weight`;
}

function layerTensors(fields: NetworkFields, naming: Naming, layer: number): NeededTensor[] {
  const { width, heads, keyValueHeads, headWidth, swiglu, biases, queryKeyNorm } = fields;
  const queries = heads * headWidth;
  const keys = keyValueHeads * headWidth;
  const tensors: NeededTensor[] = [];
  const add = (part: Part, because: string, shape: readonly number[], kind = 'weight'): void => {
    tensors.push({
      name: `layer.${layer}.${part}${kind === 'weight' ? '' : `.${kind}`}`,
      stored: `${naming.layer(layer)}${naming.parts[part]}.${kind}`,
      shape,
      because,
    });
  };
  const matrix = (part: Part, because: string, outputs: number, inputs: number, biased: boolean): void => {
    add(part, because, [outputs, inputs]);
    if (biased) add(part, because, [outputs], 'bias');
  };
  add('norm1', 'the width', [width]);
  matrix('query', 'the heads times head_dim', queries, width, biases.queryKeyValue);
  matrix('key', 'the heads of keys times head_dim', keys, width, biases.queryKeyValue);
  matrix('value', 'the heads of values times head_dim', keys, width, biases.queryKeyValue);
  matrix('output', 'the width and the heads times head_dim', width, queries, biases.output);
  if (queryKeyNorm) {
    add('queryNorm', 'head_dim', [headWidth]);
    add('keyNorm', 'head_dim', [headWidth]);
  }
  add('norm2', 'the width', [width]);
  matrix('gate', 'the width of the feed-forward layer', swiglu, width, biases.feedForward);
  matrix('up', 'the width of the feed-forward layer', swiglu, width, biases.feedForward);
  matrix('down', 'the width of the feed-forward layer', width, swiglu, biases.feedForward);
  return tensors;
}

/** Words that wrappers put into every name below them: torch.compile, FSDP, activation checkpointing. */
const WRAPPERS = /(^|\.)(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\./g;
/** Words that wrappers put before all names: DDP, DeepSpeed. */
const COMMON_PREFIXES = ['module.', '_forward_module.'];

/** The checkpoint's own name for each name in the files. */
export function plainNames(names: readonly string[]): Map<string, string> {
  const unwrapped = names.map((name) => [name, name.replace(WRAPPERS, '$1')] as const);
  const prefix = COMMON_PREFIXES.find((candidate) =>
    unwrapped.every(([, name]) => name.startsWith(candidate)),
  );
  return new Map(unwrapped.map(([name, plain]) => [name, plain.slice(prefix?.length ?? 0)]));
}
