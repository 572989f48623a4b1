import assert from 'node:assert/strict';
import path from 'node:path';
import { ArchitectureUnknown } from '../../../../../src/engine/contract/importing';
import { parseArchitecture } from '../../../../../src/engine/model/import/architectures';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { CONFIG, causal, config, refused, sizes } from '../../../../support/import/config-cases';
import { importCases, openCase } from '../../../../support/import/import-cases';
import { IDS } from '../../../../support/import/tiny-checkpoint';

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
});
