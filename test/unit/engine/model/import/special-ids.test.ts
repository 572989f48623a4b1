import assert from 'node:assert/strict';
import path from 'node:path';
import { openCheckpoint } from '../../../../../src/engine/model/import/open-checkpoint';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { importCases, type ImportCase } from '../../../../support/import/import-cases';
import {
  IDS,
  tinyCheckpoint,
  writeCheckpoint,
  type TestCheckpoint,
} from '../../../../support/import/tiny-checkpoint';

const TOKENIZER = 'tokenizer.json';

function changed(change: (checkpoint: TestCheckpoint) => unknown, ...refused: string[]): ImportCase {
  return { change: (checkpoint) => void change(checkpoint), ...(refused.length > 0 && { refused }) };
}

/** The mask is named nowhere but where `name` says. */
function maskOnly(name: (checkpoint: TestCheckpoint) => unknown): (checkpoint: TestCheckpoint) => void {
  return (checkpoint) => {
    Reflect.deleteProperty(checkpoint.config, 'mask_token_id');
    Reflect.deleteProperty(checkpoint.tokenizerConfig, 'mask_token');
    const token = checkpoint.tokenizer.added_tokens.find(({ id }) => id === IDS.mask)!;
    token['content'] = '<|hidden|>';
    name(checkpoint);
  };
}

function masked(name: (checkpoint: TestCheckpoint) => unknown): ImportCase {
  return {
    change: maskOnly(name),
    imported: {
      tokens: {
        mask: IDS.mask,
        ends: [IDS.end],
        beginning: IDS.beginning,
        expand: undefined,
        delete: undefined,
        deleteTakesAllBehind: false,
      },
    },
  };
}

describe('special ids of a checkpoint', () => {
  describe('the mask', () => {
    importCases({
      'in config.json': masked(({ config }) => (config['mask_token_id'] = IDS.mask)),
      'in generation_config.json': masked(
        ({ files }) => (files['generation_config.json'] = `{"mask_token_id":${IDS.mask}}`),
      ),
      'in tokenizer_config.json': masked(
        ({ tokenizerConfig }) => (tokenizerConfig['mask_token'] = '<|hidden|>'),
      ),
      'in tokenizer_config.json, as an object': masked(
        ({ tokenizerConfig }) =>
          (tokenizerConfig['mask_token'] = { __type: 'AddedToken', content: '<|hidden|>' }),
      ),
      'in special_tokens_map.json': masked(
        ({ files }) => (files['special_tokens_map.json'] = '{"mask_token":"<|hidden|>"}'),
      ),
      'among the added tokens': masked(
        ({ tokenizer }) =>
          (tokenizer.added_tokens.find(({ id }) => id === IDS.mask)!['content'] = '<|mdm_mask|>'),
      ),
      'is not [gMASK]': masked(({ config, tokenizer }) => {
        config['mask_token_id'] = IDS.mask;
        tokenizer.added_tokens.find(({ id }) => id === IDS.other)!['content'] = '[gMASK]';
      }),
      'in added_tokens.json alone': masked(({ tokenizer, files }) => {
        tokenizer.added_tokens = tokenizer.added_tokens.filter(({ id }) => id !== IDS.mask);
        files['added_tokens.json'] = `{"<|mask|>":${IDS.mask}}`;
      }),
      'in added_tokens_decoder alone': masked(({ tokenizer, tokenizerConfig }) => {
        tokenizer.added_tokens = tokenizer.added_tokens.filter(({ id }) => id !== IDS.mask);
        tokenizerConfig['added_tokens_decoder'] = { [IDS.mask]: { content: '<|mask|>' } };
      }),
      'has another id in added_tokens.json': changed(
        ({ files }) => (files['added_tokens.json'] = `{"<|mask|>":${IDS.other}}`),
        'added_tokens.json',
        String(IDS.mask),
        String(IDS.other),
      ),
      'has another id in added_tokens_decoder': changed(
        ({ tokenizerConfig }) =>
          (tokenizerConfig['added_tokens_decoder'] = { [IDS.other]: { content: '<|mask|>' } }),
        'tokenizer_config.json',
        String(IDS.other),
      ),
      'is another token in added_tokens_decoder': changed(
        ({ tokenizerConfig }) =>
          (tokenizerConfig['added_tokens_decoder'] = { [IDS.mask]: { content: '<|b|>' } }),
        'tokenizer_config.json',
        '<|b|>',
      ),
      'is a text in added_tokens.json': changed(
        ({ files }) => (files['added_tokens.json'] = '{"<|mask|>":"266"}'),
        'added_tokens.json',
      ),
      'is the beginning': {
        change: maskOnly(({ config }) => (config['mask_token_id'] = IDS.beginning)),
        refused: ['mask_token_id', 'bos_token_id'],
      },
      'is nowhere': { change: maskOnly(() => undefined), refused: ['config.json', 'mask'] },
      'is never the padding': {
        change: maskOnly(({ tokenizerConfig }) => (tokenizerConfig['pad_token'] = '<|hidden|>')),
        refused: ['config.json', 'mask'],
      },
      'has two ids': changed(
        ({ config }) => (config['mask_token_id'] = IDS.other),
        'mask',
        String(IDS.other),
        String(IDS.mask),
      ),
      'has another name in tokenizer_config.json': changed(
        ({ tokenizerConfig }) => (tokenizerConfig['mask_token'] = '<|a|>'),
        'tokenizer_config.json',
        String(IDS.mask),
      ),
      'has a name that no token has': changed(
        ({ tokenizerConfig }) => (tokenizerConfig['mask_token'] = '<M>'),
        'mask_token',
        '<M>',
      ),
      'has no row': changed(
        ({ config, tokenizer }) => {
          config['mask_token_id'] = 272;
          tokenizer.added_tokens.find(({ id }) => id === IDS.mask)!['id'] = 272;
        },
        'mask_token_id',
        '272',
      ),
      'is ordinary text': {
        change: maskOnly(({ config }) => (config['mask_token_id'] = 262)),
        refused: ['mask_token_id', '262'],
      },
      'is the end': {
        change: maskOnly(({ config }) => (config['mask_token_id'] = IDS.end)),
        refused: ['mask_token_id', 'eos_token_id'],
      },
      'is a text': changed(({ config }) => (config['mask_token_id'] = '266'), 'config.json', 'mask_token_id'),
      'is a list': changed(({ config }) => (config['mask_token_id'] = [266]), 'config.json', 'mask_token_id'),
      'takes no blanks from what is beside it': changed(({ tokenizer }) =>
        Object.assign(
          tokenizer.added_tokens.find(({ id }) => id === IDS.mask)!,
          { lstrip: true, rstrip: true },
        ),
      ),
    });
  });

  describe('others', () => {
    const ends = (change: (checkpoint: TestCheckpoint) => unknown, expected: number[]): ImportCase => ({
      change: (checkpoint) => void change(checkpoint),
      imported: {
        tokens: {
          mask: IDS.mask,
          ends: expected,
          beginning: IDS.beginning,
          expand: undefined,
          delete: undefined,
          deleteTakesAllBehind: false,
        },
      },
    });
    importCases({
      'several ends': ends(
        ({ config }) => (config['eos_token_id'] = [IDS.end, IDS.other]),
        [IDS.end, IDS.other],
      ),
      'an end in another file': ends(
        ({ files }) => (files['generation_config.json'] = `{"eos_token_id":[${IDS.other},${IDS.end}]}`),
        [IDS.end, IDS.other],
      ),
      'an end without a row': changed(
        ({ config }) => (config['eos_token_id'] = [264, 5000]),
        'eos_token_id',
        '5000',
      ),
      'an expand that contradicts': changed(
        ({ config }) => (config['expand_token_id'] = IDS.other),
        'expand_token_id',
        String(IDS.other),
        String(IDS.expand),
      ),
      'a DreamOn without a beginning': changed(({ config, tokenizerConfig }) => {
        config['expand_token_id'] = IDS.expand;
        config['bos_token_id'] = null;
        tokenizerConfig['bos_token'] = null;
      }, 'bos_token_id'),
    });
  });
});

describe('tokenizer.json of a checkpoint', () => {
  const pairs = ({ tokenizer }: TestCheckpoint): unknown =>
    (tokenizer.model.merges = tokenizer.model.merges.map((merge) => String(merge).split(' ')));
  const model = (own: Record<string, unknown>, ...names: string[]): ImportCase =>
    changed(({ tokenizer }) => Object.assign(tokenizer.model, own), TOKENIZER, ...names);

  importCases({
    'has merges as pairs': changed(pairs),
    'has fewer tokens than rows': {
      change: (checkpoint) => void Object.assign(checkpoint, tinyCheckpoint('qwen2', { vocabulary: 320 })),
      imported: { vocabulary: 320, tokenizerVocabulary: 272 },
    },
    'has more tokens than rows': changed(
      ({ tokenizer }) => tokenizer.added_tokens.push({ id: 272, content: '<|c|>' }),
      TOKENIZER,
      'vocab_size',
      '273',
    ),
    'is missing': changed(
      ({ files }) => Object.assign(files, { [TOKENIZER]: undefined, 'vocab.json': '{}', 'merges.txt': '' }),
      TOKENIZER,
      'vocab.json',
    ),
    'is Unigram': model({ type: 'Unigram' }, 'model.type', 'Unigram'),
    'falls back to bytes': model({ byte_fallback: true }, 'byte_fallback'),
    'marks the ends of words': model({ end_of_word_suffix: '</w>' }, 'end_of_word_suffix'),
    'has a merge of no token': model({ merges: ['i n', 'q u'] }, 'merge', 'q u', 'qu'),
    'has a merge of three': model({ merges: ['i n t'] }, 'merge', 'i n t'),
    'has no merges': model({ merges: undefined }, 'merges'),
    'lacks a byte': changed(
      ({ tokenizer }) => Reflect.deleteProperty(tokenizer.model.vocab, '~'),
      TOKENIZER,
      'byte',
    ),
    'gives an id twice': changed(({ tokenizer }) => (tokenizer.model.vocab['in'] = 5), TOKENIZER, '5', 'in'),
    'gives an id that is none': changed(
      ({ tokenizer }) => (tokenizer.model.vocab['in'] = 2.5),
      TOKENIZER,
      'in',
      '2.5',
    ),
    'gives a special token the id of text': changed(
      ({ tokenizer }) => (tokenizer.added_tokens[7]!['id'] = 262),
      TOKENIZER,
      '262',
    ),
    'changes text': changed(
      ({ tokenizer }) => (tokenizer['normalizer'] = { type: 'Lowercase' }),
      TOKENIZER,
      'changes text',
    ),
    'rewrites letters': changed(
      ({ tokenizer }) => (tokenizer['normalizer'] = { type: 'NFKC' }),
      TOKENIZER,
      'changes text',
    ),
    'adds a blank': changed(
      ({ tokenizer }) =>
        (tokenizer['pre_tokenizer'] = { type: 'ByteLevel', add_prefix_space: true, use_regex: true }),
      TOKENIZER,
      'changes text',
    ),
    'cuts text in an unknown way': changed(
      ({ tokenizer }) => (tokenizer['pre_tokenizer'] = { type: 'Unheard' }),
      TOKENIZER,
      'Unheard',
    ),
    'is a pointer': changed(
      ({ files }) => (files[TOKENIZER] = 'version https://git-lfs.github.com/spec/v1\n'),
      TOKENIZER,
      'LFS',
    ),
  });
});

describe('what else a checkpoint says', () => {
  const opened = async (
    change: (checkpoint: TestCheckpoint) => void,
  ): Promise<Awaited<ReturnType<typeof openCheckpoint>>> => {
    const folder = path.join(temporaryFolder(), 'model');
    const checkpoint = tinyCheckpoint();
    change(checkpoint);
    writeCheckpoint(folder, checkpoint);
    const source = await openCheckpoint(folder);
    await source.close();
    return source;
  };

  it('is its licence, by the model card and as a text', async () => {
    const card = '---\ntags:\n- code\nlicense: "apache-2.0"\n---\n# Model\nlicense: none\n';
    const { licence, papers, origin } = await opened(({ files }) =>
      Object.assign(files, {
        'README.md': card,
        'LICENSE.txt': 'Apache License',
        'LICENSE-MODEL': 'Mine',
        NOTICE: 'Theirs',
        'notices.py': '',
        'readme.txt': '',
      }),
    );
    assert.equal(licence, 'apache-2.0');
    assert.deepEqual(
      [...papers].map(([name, text]) => [name, Buffer.from(text).toString()]),
      [
        ['LICENSE-MODEL', 'Mine'],
        ['LICENSE.txt', 'Apache License'],
        ['NOTICE', 'Theirs'],
        ['README.md', card],
      ],
    );
    assert.equal(origin, 'model');
  });
  it('is a licence of its own, by its name', async () => {
    const card = '---\r\nlicense: other\r\nlicense_name: apple-amlr\r\n---\r\n';
    assert.equal((await opened(({ files }) => (files['README.md'] = card))).licence, 'apple-amlr');
  });
  it('is nothing, where there is no card', async () => {
    const { licence, papers } = await opened(() => undefined);
    assert.equal(licence, undefined);
    assert.equal(papers.size, 0);
  });
  it('is noted where it may matter', async () => {
    const { notes } = await opened(({ config, files }) => {
      config['full_attn_every'] = 3;
      files['modeling_dream.py'] = 'raise SystemExit';
    });
    assert.match(notes.join('\n'), /not run[^]*full_attn_every[^]*--architecture dreamon/);
  });
});
