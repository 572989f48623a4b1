import assert from 'node:assert/strict';
import path from 'node:path';
import { readValues } from '../../../../../src/engine/model/import/tensor-reader';
import { openCheckpoint } from '../../../../../src/engine/model/import/open-checkpoint';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { importCases, type ImportCase } from '../../../../support/import/import-cases';
import {
  randomTensor,
  tinyCheckpoint,
  writeCheckpoint,
  type Base,
  type TestCheckpoint,
} from '../../../../support/import/tiny-checkpoint';
import type { TestTensor } from '../../../../support/import/safetensors-file';

const FILE = 'model.safetensors';
const UP = 'model.layers.1.mlp.up_proj.weight';

function tensors(
  edit: (tensors: Map<string, TestTensor>, checkpoint: TestCheckpoint) => void,
  base?: Base,
): ImportCase {
  return { ...(base && { base }), change: (checkpoint) => edit(checkpoint.tensors, checkpoint) };
}

function added(name: string, shape: readonly number[], ...names: string[]): ImportCase {
  return {
    ...tensors((all) => all.set(name, randomTensor('F32', shape, 3))),
    refused: [FILE, name, ...names],
  };
}

function retyped(pattern: RegExp, dtype: string): ImportCase {
  return tensors((all) => {
    for (const [name, tensor] of all) if (pattern.test(name)) all.set(name, { ...tensor, dtype });
  });
}

function renamed(rename: (name: string) => string): ImportCase {
  return tensors((all, checkpoint) => {
    checkpoint.tensors = new Map([...all].map(([name, tensor]) => [rename(name), tensor]));
  });
}

/** One element of a tensor is another number. */
function withValue(value: number): ImportCase {
  return { ...tensors((all) => (all.get(UP)!.data[77] = value)), refused: [FILE, UP, '77'] };
}

function tiedTo(edit: (checkpoint: TestCheckpoint) => void): ImportCase {
  return {
    change: (checkpoint) => {
      Object.assign(checkpoint, tinyCheckpoint('qwen2', { tied: true }));
      edit(checkpoint);
    },
  };
}

describe('tensors of a checkpoint', () => {
  importCases({
    'one is missing': {
      ...tensors((all) => all.delete('model.layers.1.self_attn.k_proj.bias')),
      refused: [FILE, 'model.layers.1.self_attn.k_proj.bias'],
    },
    'a layer is missing': {
      ...tensors((_, { config }) => (config['num_hidden_layers'] = 3)),
      refused: ['model.layers.2.'],
    },
    'a layer too many': {
      ...tensors((_, { config }) => (config['num_hidden_layers'] = 1)),
      refused: ['model.layers.1.'],
    },
    'norms that the network does not know': added('model.layers.0.self_attn.q_norm.weight', [32]),
    'a bias that it does not know': added('model.layers.0.self_attn.o_proj.bias', [64]),
    'a name of JavaScript’s': added('__proto__', [4]),
    'another name of JavaScript’s': added('constructor', [4]),
    'one of another shape': {
      ...tensors((all) => all.set(UP, randomTensor('F32', [64, 128], 1))),
      refused: [UP, '[64, 128]', '[128, 64]'],
    },
    'not a number': withValue(NaN),
    'beyond all numbers': withValue(-Infinity),
    'every name below a wrapper': renamed((name) => `_orig_mod.${name}`),
    'every name below two': renamed((name) => `module._orig_mod.${name}`),
    'a wrapper within the names': renamed((name) =>
      name.replace('layers.0.', 'layers.0._checkpoint_wrapped_module.'),
    ),
    'one tensor with a wrapper and without': {
      ...tensors((all) => all.set('_orig_mod.model.norm.weight', randomTensor('F32', [64], 1))),
      refused: [FILE, 'model.norm.weight', '_orig_mod.'],
    },
    'not merged with its adapter': {
      ...renamed((name) => name.replace('q_proj.weight', 'q_proj.base_layer.weight')),
      refused: [FILE, 'LoRA', 'q_proj.base_layer'],
    },
    'of GPTQ': {
      ...renamed((name) => name.replace('_proj.weight', '_proj.qweight')),
      refused: [FILE, 'GPTQ', 'qweight'],
    },
    'rotary frequencies that follow from the base': tensors((all) => {
      const data = Float32Array.from({ length: 16 }, (_, i) => 1e6 ** (-i / 16));
      all.set('model.layers.0.self_attn.rotary_emb.inv_freq', { dtype: 'F32', shape: [16], data });
    }),
    'rotary frequencies of another base': {
      ...tensors((all) => {
        const data = Float32Array.from({ length: 16 }, (_, i) => 1e4 ** (-i / 16));
        all.set('model.rotary_emb.inv_freq', { dtype: 'F32', shape: [16], data });
      }),
      refused: ['inv_freq', 'rope_theta'],
    },
  });

  describe('types', () => {
    importCases({
      'of several kinds': retyped(/_proj\.weight|embed|lm_head/, 'BF16'),
      'of half precision': retyped(/bias/, 'F16'),
      F8: { ...retyped(/down_proj/, 'F8_E4M3'), refused: [FILE, 'F8_E4M3', 'down_proj'] },
      'F8 of another kind': { ...retyped(/down_proj/, 'F8_E5M2'), refused: ['F8_E5M2', 'down_proj'] },
      F64: { ...retyped(/up_proj/, 'F64'), refused: ['up_proj', 'F64', 'read. Save', 'F32, F16, BF16'] },
      I64: { ...retyped(/norm/, 'I64'), refused: ['I64', 'norm'] },
      I8: { ...retyped(/up_proj/, 'I8'), refused: ['I8', 'up_proj'] },
    });
  });

  describe('the output', () => {
    importCases({
      'is the embedding': { ...tiedTo(() => undefined), imported: { tied: true } },
      'is a copy of the embedding': {
        ...tiedTo(({ tensors: all }) => all.set('lm_head.weight', all.get('model.embed_tokens.weight')!)),
        imported: { tied: true },
      },
      'is the embedding, whose other name was left out': {
        ...tiedTo(({ tensors: all }) => {
          all.set('lm_head.weight', all.get('model.embed_tokens.weight')!);
          all.delete('model.embed_tokens.weight');
        }),
        imported: { tied: true },
      },
      'is said to be the embedding and is another': {
        ...tensors((_, { config }) => (config['tie_word_embeddings'] = true)),
        refused: [FILE, 'tie_word_embeddings', 'lm_head.weight'],
      },
      'is said to be the embedding and has another shape': {
        ...tiedTo(({ tensors: all }) => all.set('lm_head.weight', randomTensor('F32', [100, 64], 1))),
        refused: [FILE, 'tie_word_embeddings', 'lm_head.weight'],
      },
      'has a matrix of its own, which is missing': {
        ...tensors((all) => all.delete('lm_head.weight')),
        refused: [FILE, 'lm_head.weight', 'tie_word_embeddings'],
      },
      'is untied where nothing is said': {
        ...tensors((_, { config }) => Reflect.deleteProperty(config, 'tie_word_embeddings')),
        imported: { tied: false },
      },
      'is tied by a word': {
        ...tensors((_, { config }) => (config['tie_word_embeddings'] = 'true')),
        refused: ['config.json', 'tie_word_embeddings'],
      },
      'of LLaDA is missing': {
        ...tensors((all) => all.delete('model.transformer.ff_out.weight'), 'llada'),
        refused: ['model.transformer.ff_out.weight', 'weight_tying'],
      },
      'of LLaDA is tied where nothing is said': {
        ...tensors((all, { config }) => {
          Reflect.deleteProperty(config, 'weight_tying');
          all.delete('model.transformer.ff_out.weight');
        }, 'llada'),
        imported: { tied: true },
      },
    });
  });

  it('go by the project’s names and are read in pieces, whatever their type', async () => {
    const folder = path.join(temporaryFolder(), 'pieces');
    const checkpoint = tinyCheckpoint('llada');
    const types = { F32: 'q_proj', BF16: 'k_proj', F16: 'v_proj' };
    for (const [dtype, part] of Object.entries(types)) {
      const name = `model.transformer.blocks.1.${part}.weight`;
      checkpoint.tensors.set(name, { ...checkpoint.tensors.get(name)!, dtype });
    }
    writeCheckpoint(folder, checkpoint);
    const source = await openCheckpoint(folder);
    try {
      for (const [name, part, error] of [
        ['query', 'q_proj', 0],
        ['key', 'k_proj', 2 ** -7],
        ['value', 'v_proj', 2 ** -11],
      ] as const) {
        const { data } = checkpoint.tensors.get(`model.transformer.blocks.1.${part}.weight`)!;
        const piece = await readValues(source.tensors.get(`layer.1.${name}`)!, 100, 50);
        assert.equal(piece.length, 50);
        piece.forEach((value, i) =>
          assert.ok(Math.abs(value - data[100 + i]!) <= error * Math.abs(data[100 + i]!)),
        );
      }
      const down = source.tensors.get('layer.0.down')!;
      assert.equal(down.name, 'model.transformer.blocks.0.ff_out.weight');
      assert.deepEqual(down.shape, [64, 128]);
      assert.equal(source.tensors.get('head')!.name, 'model.transformer.ff_out.weight');
      await assert.rejects(down.read(64 * 128 * 200, 10), /has become shorter/);
    } finally {
      await source.close();
    }
  });
});
