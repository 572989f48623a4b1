import fs from 'node:fs';
import path from 'node:path';
import type {
  ForeignArchitecture,
  ForeignModel,
  ForeignSource,
  TensorSource,
} from '../../../src/engine/model/import/foreign-model';
import { BYTE_CHARACTERS } from '../../../src/engine/text/token-bytes';
import { byteLevelTokenizer } from '../../../scripts/tiny-bundle/tiny-bundle';

export const CHECKPOINTS = path.resolve('test/unit/engine/model/foreign/checkpoints');

/** The checkpoints beside make.py, and what each is an example of. */
export const NETWORKS = {
  llada: 'llada',
  dream: 'dream',
  dreamon: 'dreamon',
  'open-dcoder': 'open-dcoder',
  'a2d-qwen2': 'a2d-mdlm',
  'a2d-qwen3': 'a2d-mdlm',
  coda: 'coda',
} as const satisfies Readonly<Record<string, ForeignArchitecture>>;
export type NetworkName = keyof typeof NETWORKS;

/**
 * The outputs that make.py has of a checkpoint: logits of rows of a text, and of rows computed on what is kept of that
 * text.
 */
export interface Expected {
  readonly text: readonly number[];
  readonly rows: readonly number[];
  readonly logits: readonly (readonly number[])[];
  readonly cached?: {
    readonly text: readonly number[];
    readonly computed: readonly number[];
    readonly rows: readonly number[];
    readonly logits: readonly (readonly number[])[];
  };
}

export function expectedOf(name: NetworkName): Expected {
  return JSON.parse(fs.readFileSync(path.join(CHECKPOINTS, name, 'expected.jsonl'), 'utf8')) as Expected;
}

/** As in make.py. */
const [END, BEGINNING, MASK, EXPAND, DELETE] = [286, 287, 288, 289, 290] as const;
const [TOKENIZER_VOCABULARY, VOCABULARY] = [291, 296];

/** The model in a checkpoint of make.py, said by hand: what reads config.json has tests of its own. */
export function modelOf(name: NetworkName): ForeignModel {
  const architecture = NETWORKS[name];
  const isLlada = architecture === 'llada';
  const isQwen3 = name === 'a2d-qwen3' || architecture === 'coda';
  const grows = architecture === 'dreamon';
  return {
    architecture,
    layers: 2,
    width: 64,
    heads: 4,
    keyValueHeads: isLlada ? 4 : 2,
    headWidth: name === 'a2d-qwen3' ? 32 : 16,
    swiglu: 96,
    vocabulary: VOCABULARY,
    tokenizerVocabulary: TOKENIZER_VOCABULARY,
    normEpsilon: isLlada ? 1e-5 : 1e-6,
    ropeBase: isLlada ? 500000 : 1000000,
    positions: 128,
    tied: architecture === 'open-dcoder' || architecture === 'a2d-mdlm',
    biases: { queryKeyValue: !isLlada && !isQwen3, output: false, feedForward: false },
    queryKeyNorm: isQwen3,
    activation: 'silu',
    tokens: {
      mask: MASK,
      ends: [END],
      beginning: isLlada ? undefined : BEGINNING,
      expand: grows ? EXPAND : undefined,
      delete: grows ? DELETE : undefined,
      deleteTakesAllBehind: grows,
    },
    shift: !isLlada && architecture !== 'a2d-mdlm',
    framing: grows ? { before: [BEGINNING], behind: [END] } : { before: [], behind: [] },
  };
}

/** The tokenizer of these checkpoints: 256 bytes, 30 pairs of letters and what is no text. */
export function checkpointTokenizer(): string {
  const letters = BYTE_CHARACTERS.slice(97, 97 + 26);
  const merges = letters.flatMap((a) => letters.map((b) => [a, b])).slice(0, 30);
  const tokens = [...BYTE_CHARACTERS, ...merges.map((pair) => pair.join(''))];
  const added = ['<|end|>', '<|beginning|>', '<|mask|>', '<|expand|>', '<|delete|>'];
  const special = added.map((content, i) => ({ id: END + i, content }));
  return byteLevelTokenizer(tokens, merges, special);
}

/** A checkpoint of make.py as an importer would hand it on. */
export function sourceOf(name: NetworkName, change: Partial<ForeignModel> = {}): ForeignSource {
  const tensors = readSafetensors(path.join(CHECKPOINTS, name, 'model.safetensors'));
  return {
    model: { ...modelOf(name), ...change },
    tensors: new Map([...tensors].map(([own, tensor]) => [engineName(own), tensor])),
    tokenizer: Buffer.from(checkpointTokenizer()),
    tokenizerConfig: undefined,
    origin: name,
    licence: 'apache-2.0',
    papers: new Map(),
    fingerprint: name,
    notes: [],
    close: () => Promise.resolve(),
  };
}

const PARTS: Readonly<Record<string, string>> = {
  'input_layernorm.weight': 'norm1',
  'attn_norm.weight': 'norm1',
  'post_attention_layernorm.weight': 'norm2',
  'ff_norm.weight': 'norm2',
  'self_attn.q_norm.weight': 'queryNorm',
  'self_attn.k_norm.weight': 'keyNorm',
  attn_out: 'output',
  ff_proj: 'gate',
  up_proj: 'up',
  ff_out: 'down',
  q_proj: 'query',
  k_proj: 'key',
  v_proj: 'value',
  o_proj: 'output',
  gate_proj: 'gate',
  down_proj: 'down',
};

const OUTSIDE: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'embedding',
  'model.transformer.wte.weight': 'embedding',
  'model.norm.weight': 'norm',
  'model.transformer.ln_f.weight': 'norm',
  'lm_head.weight': 'head',
  'model.transformer.ff_out.weight': 'head',
};

function engineName(own: string): string {
  const inside = /(?:layers|blocks)\.(\d+)\.(.+)$/.exec(own);
  if (!inside) return OUTSIDE[own] ?? own;
  const [, layer, rest] = inside as unknown as [string, string, string];
  const [, part, kind] = /^(?:self_attn\.|mlp\.)?(\w+)\.(weight|bias)$/.exec(rest) ?? [];
  const known = PARTS[rest] ?? PARTS[part ?? ''] ?? rest;
  return `layer.${layer}.${known}${kind === 'bias' ? '.bias' : ''}`;
}

/** The tensors of a small .safetensors file of bfloat16. */
function readSafetensors(file: string): Map<string, TensorSource> {
  const bytes = fs.readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  delete header['__metadata__'];
  return new Map(
    Object.entries(header).map(([name, { shape, data_offsets: at }]) => [
      name,
      {
        name,
        file: path.basename(file),
        dtype: 'BF16',
        shape,
        read: (offset, count) => {
          const begin = start + at[0] + 2 * offset;
          return Promise.resolve(new Uint8Array(bytes.subarray(begin, begin + 2 * count)));
        },
      },
    ]),
  );
}
