import assert from 'node:assert/strict';
import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import type { TokenizerFile } from '../../../../../scripts/train/tokenizer/tokenizer-files';
import { trainBpe } from '../../../../../scripts/train/tokenizer/train-bpe';
import { FastBpe } from '../../../../../src/engine/text/bpe';
import { tokenBytes } from '../../../../../src/engine/text/token-bytes';
import { ANY_TEXT, sources } from '../../../../support/train/texts';

describe('FastBpe', () => {
  let json: TokenizerFile;
  let library: Tokenizer;
  let bpe: FastBpe;
  const encode = (text: string): number[] => library.encode(text, { add_special_tokens: false }).ids;

  before(async () => {
    ({ json } = await trainBpe(sources(), { vocabulary: 1500 }));
    library = new Tokenizer({ ...json, added_tokens: [] }, { clean_up_tokenization_spaces: false });
    bpe = new FastBpe(json);
  });

  it('gives the ids of the library on source text', () => {
    for (const { path, text } of sources()) {
      assert.deepEqual(bpe.encode(text), encode(text), path);
      assert.deepEqual(bpe.encode(text), encode(text), `${path}, remembered`);
    }
  });

  it('gives the ids of the library on any text', () => {
    fc.assert(
      fc.property(ANY_TEXT, (text) => assert.deepEqual(bpe.encode(text), encode(text))),
      { numRuns: 1000 },
    );
  });

  it('does with unpaired surrogates what the library does', () => {
    for (const text of ['\ud800', 'a\udfffb', '\udc00\ud800', 'x \ud83d'.repeat(50), '\ud800'.repeat(100)])
      assert.deepEqual(bpe.encode(text), encode(text));
    assert.deepEqual(bpe.encode('\ud800'), bpe.encode('\ufffd'));
  });

  it('gives the ids of the library where pairs that write the same compete', () => {
    // "abc" is a+bc and ab+c; of equal pairs the leftmost comes first.
    const merges = ['b c', 'a b', 'a bc', 'ab c', 'a a', 'aa a', 'aa aa', 'abc a'];
    const vocab = {
      ...json.model.vocab,
      abc: 1500,
      aa: 1501,
      aaa: 1502,
      aaaa: 1503,
      abca: 1504,
      bc: 1505,
      ab: 1506,
    };
    const other = { ...json, model: { ...json.model, vocab, merges } } as TokenizerFile;
    const reference = new Tokenizer({ ...other, added_tokens: [] }, { clean_up_tokenization_spaces: false });
    const fast = new FastBpe(other);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 }), (text) =>
        assert.deepEqual(fast.encode(text), reference.encode(text, { add_special_tokens: false }).ids),
      ),
    );
  });

  it('reads merges as pairs too', () => {
    const merges = json.model.merges.map((merge) => String(merge).split(' '));
    const other = new FastBpe({ ...json, model: { ...json.model, merges } } as unknown as TokenizerFile);
    const { text } = sources()[0]!;
    assert.deepEqual(other.encode(text), bpe.encode(text));
  });

  it('takes a linear time for a long run of anything', () => {
    const started = process.cpuUsage().user;
    for (const unit of ['x', ' ', '\n', '=', '\u{1f600}', '[MASK]']) bpe.encode(unit.repeat(100_000));
    assert.ok(process.cpuUsage().user - started < 4e6);
  });

  it('refuses tokenizers of another form', () => {
    const refuse = (change: object, message: RegExp): unknown =>
      assert.throws(() => new FastBpe({ ...json, ...change }), { message });
    refuse({ pre_tokenizer: null }, /of another form/);
    refuse({ pre_tokenizer: { type: 'ByteLevel' } }, /of another form/);
    refuse({ model: { ...json.model, vocab: {} } }, /no id for its token/);
    const some = structuredClone(json) as unknown as {
      pre_tokenizer: { pretokenizers: { pattern: object }[] };
    };
    some.pre_tokenizer.pretokenizers[0]!.pattern = { Regex: '[a-z]+' };
    const partial = new FastBpe(some as unknown as TokenizerFile);
    assert.throws(() => partial.encode('a b'), { message: /does not cover every character/ });
  });
});

describe('tokenBytes', () => {
  let json: TokenizerFile;
  let bytes: readonly Uint8Array[];
  before(async () => {
    ({ json } = await trainBpe(sources(), { vocabulary: 400 }));
    bytes = tokenBytes(json);
  });

  it('has the bytes of every id, none for special tokens', () => {
    assert.equal(bytes.length, 400);
    assert.deepEqual(
      bytes.slice(0, 7).map((token) => token.length),
      [0, 0, 0, 0, 0, 0, 0],
    );
    for (let byte = 0; byte < 256; byte++) assert.deepEqual([...bytes[7 + byte]!], [byte]);
    assert.ok(bytes.slice(263).every((token) => token.length >= 2));
  });

  it('puts texts together again', () => {
    const bpe = new FastBpe(json);
    fc.assert(
      fc.property(ANY_TEXT, (text) => {
        assert.equal(Buffer.concat(bpe.encode(text).map((id) => bytes[id]!)).toString(), text);
      }),
    );
  });

  it('refuses a vocabulary that is not byte-level', () =>
    assert.throws(
      () => tokenBytes({ model: { vocab: { '▁the': 0 }, merges: [] }, added_tokens: [] }),
      /not byte-level/,
    ));
});
