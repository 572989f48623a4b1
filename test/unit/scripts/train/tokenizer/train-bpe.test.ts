import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { ShardSet } from '../../../../../scripts/train/corpus/shards';
import { PIECE_PATTERN } from '../../../../../scripts/train/tokenizer/pieces';
import { languageShares } from '../../../../../scripts/train/tokenizer/sample';
import type { TokenizerFile } from '../../../../../scripts/train/tokenizer/tokenizer-files';
import { trainBpe, trainTokenizer } from '../../../../../scripts/train/tokenizer/train-bpe';
import { SPECIAL_TOKENS } from '../../../../../src/engine/text/special-tokens';
import { BYTE_CHARACTERS } from '../../../../../src/engine/text/token-bytes';
import { ANY_TEXT, sources } from '../../../../support/train/texts';

describe('PIECE_PATTERN', () => {
  const pieces = (text: string): string[] => text.match(new RegExp(PIECE_PATTERN, 'gu')) ?? [];

  it('keeps a newline with its indentation, words with their space, three digits, runs of punctuation', () => {
    assert.deepEqual(pieces('  if (fooBar$ === 12345) {\n\t  return x_1;\n\n}'), [
      '  ',
      'if',
      ' (',
      'fooBar$',
      ' ===',
      ' 123',
      '45',
      ')',
      ' {',
      '\n\t  ',
      'return',
      ' x_',
      '1',
      ';',
      '\n',
      '\n',
      '}',
    ]);
  });

  it('takes characters outside ASCII for letters', () =>
    assert.deepEqual(pieces('naïve "漢字"\u{1f600}\u00a0x\r\0'), [
      'naïve',
      ' "',
      '漢字',
      '"',
      '\u{1f600}\u00a0x',
      '\r',
      '\0',
    ]));

  it('has every character in one piece, and no long piece', () => {
    fc.assert(
      fc.property(ANY_TEXT, (text) => {
        assert.equal(pieces(text).join(''), text);
      }),
    );
    const long =
      'x'.repeat(1000) +
      ' '.repeat(1000) +
      '\n' +
      '\t'.repeat(1000) +
      '='.repeat(1000) +
      '\u{1f600}'.repeat(1000);
    assert.equal(pieces(long).join(''), long);
    assert.ok(Math.max(...pieces(long).map((piece) => Buffer.byteLength(piece))) <= 256);
  });
});

describe('trainBpe', () => {
  let json: TokenizerFile;
  let library: Tokenizer;
  const load = (from: TokenizerFile): Tokenizer =>
    new Tokenizer({ ...from, added_tokens: [] }, { clean_up_tokenization_spaces: false });
  const encode = (text: string): number[] => library.encode(text, { add_special_tokens: false }).ids;

  before(async () => {
    ({ json } = await trainBpe(sources(), { vocabulary: 1200 }));
    library = load(json);
  });

  it('has exactly the tokens asked for: special ones, bytes, merges', () => {
    const vocabulary = Object.entries(json.model.vocab).sort(([, a], [, b]) => a - b);
    assert.deepEqual(
      vocabulary.map(([, id]) => id),
      Array.from({ length: 1200 }, (_, id) => id),
    );
    assert.deepEqual(
      vocabulary.slice(0, 7).map(([token]) => token),
      [...SPECIAL_TOKENS],
    );
    assert.deepEqual(
      vocabulary.slice(7, 263).map(([token]) => token),
      BYTE_CHARACTERS,
    );
    const merges = json.model.merges as string[];
    for (const merge of merges) assert.ok(json.model.vocab[merge.replace(' ', '')]! >= 263, merge);
    assert.ok(merges.length >= 1200 - 263);
  });

  it('merges the most frequent pair first', async () => {
    const texts = [{ text: 'aab\naab\nab' }, { text: 'aab\nab' }];
    const { json: small } = await trainBpe(texts, { vocabulary: 300 });
    assert.deepEqual(small.model.merges, ['a b', 'a ab']);
  });

  it('gives the same tokenizer whatever the order of the documents', async () => {
    const { json: other } = await trainBpe(sources().toReversed(), { vocabulary: 1200 });
    assert.equal(JSON.stringify(other), JSON.stringify(json));
  });

  it('is the same as ever', async () => {
    const text =
      'let total = 0;\nfor (const value of values) {\n  total += value;\n}\nreturn total / values.length;\n';
    const { json: small } = await trainBpe([{ text }, { text }], { vocabulary: 275 });
    const merges = 'a l,Ġ v,u e,al ue,Ġv alue,o t,t ot,tot al,Ġ total,e t,Ġvalue s,Ċ Ġ';
    assert.deepEqual(small.model.merges, merges.split(','));
  });

  it('says how many tokens there are when the texts give no more', async () => {
    const { vocabulary, json: small } = await trainBpe([{ text: 'abc\nabc' }], { vocabulary: 12288 });
    assert.equal(vocabulary, Object.keys(small.model.vocab).length);
    assert.equal(vocabulary, 265);
    assert.equal((await trainBpe([], { vocabulary: 300 })).vocabulary, 263);
  });

  it('refuses a vocabulary it cannot have', async () => {
    for (const vocabulary of [0, 262, 65_544, 300.5, NaN])
      await assert.rejects(trainBpe([], { vocabulary }), {
        name: 'RangeError',
        message: /Choose 263 to 65543/,
      });
  });

  it('stops when told to, counting or merging', async () => {
    for (const stage of ['count', 'merge']) {
      const stop = new AbortController();
      const training = trainBpe(sources(), {
        vocabulary: 1200,
        signal: stop.signal,
        onProgress: (progress) => {
          if (progress.stage === stage) stop.abort(new Error('stop'));
        },
      });
      await assert.rejects(training, { message: 'stop' });
    }
  });

  it('decodes to what was encoded', () => {
    for (const { text } of sources()) assert.equal(library.decode(encode(text)), text);
    fc.assert(
      fc.property(ANY_TEXT, (text) => {
        assert.equal(text === '' ? '' : library.decode(encode(text)), text);
      }),
      { numRuns: 500 },
    );
  });

  it('decodes parts encoded on their own to the whole', () => {
    fc.assert(
      fc.property(ANY_TEXT, ANY_TEXT, (left, right) => {
        const ids = [...encode(left), ...encode(right)];
        assert.equal(ids.length === 0 ? '' : library.decode(ids), left + right);
      }),
    );
  });

  it('encodes no text to a special token, once the added tokens are left out', () => {
    const text = `a [MASK] b${SPECIAL_TOKENS.join('')}\n`;
    const asTheyAre = new Tokenizer(json, { clean_up_tokenization_spaces: false });
    assert.ok(asTheyAre.encode(text).ids.includes(1), 'the library has changed: it may be safe as it is');
    assert.ok(encode(text).every((id) => id >= SPECIAL_TOKENS.length));
    assert.equal(library.decode(encode(text)), text);
    for (const token of SPECIAL_TOKENS) assert.ok(encode(token).length > 1);
  });
});

describe('trainTokenizer', () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tokenizer-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('learns from the train split and writes what the library reads', async () => {
    const shards = new ShardSet(path.join(folder, 'corpus'));
    for (const { path: name, text } of sources())
      shards.write('train', { path: name, lang: 'typescript', text });
    shards.write('valid', { path: 'held-out.ts', lang: 'typescript', text: 'zqzqzqzq '.repeat(5000) });
    shards.finish('fingerprint', []);
    const out = path.join(folder, 'out');
    const { vocabulary, bytes } = await trainTokenizer(path.join(folder, 'corpus'), out, { vocabulary: 500 });
    assert.equal(vocabulary, 500);
    assert.equal(
      bytes,
      sources().reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    );
    const read = (name: string): TokenizerFile =>
      JSON.parse(fs.readFileSync(path.join(out, name), 'utf8')) as TokenizerFile;
    const tokenizer = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
    const text = 'if (a , b) { x . y ! }\n';
    assert.equal(tokenizer.decode(tokenizer.encode(text).ids), text);
    assert.ok(!Object.keys(read('tokenizer.json').model.vocab).some((token) => token.includes('zq')));
  });

  it('asks for a corpus', async () => {
    await assert.rejects(trainTokenizer(folder, folder, { vocabulary: 500 }), { code: 'not-built' });
  });
});

describe('languageShares', () => {
  it('takes everything when there is room, and makes room for the small when there is not', () => {
    const there = { a: { files: 1, bytes: 400 }, b: { files: 1, bytes: 100 }, c: { files: 1, bytes: 1 } };
    assert.deepEqual(Object.fromEntries(languageShares(there, 1000)), { a: 400, b: 100, c: 1 });
    assert.deepEqual(Object.fromEntries(languageShares(there, 151)), { c: 1, a: 100, b: 50 });
    assert.deepEqual(languageShares({}, 10).size, 0);
  });

  it('never gives more than there is, nor more than the budget', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.nat(1e9)), fc.nat(1e9), (sizes, budget) => {
        const there = Object.fromEntries(
          Object.entries(sizes).map(([name, bytes]) => [name, { files: 1, bytes }]),
        );
        const shares = languageShares(there, budget);
        const total = [...shares.values()].reduce((sum, share) => sum + share, 0);
        const all = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
        assert.ok(Math.abs(total - Math.min(all, budget)) < 1 + budget * 1e-9);
        for (const [name, share] of shares) assert.ok(share <= there[name]!.bytes);
      }),
    );
  });
});
