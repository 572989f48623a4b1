import assert from 'node:assert/strict';
import { subset } from '../../../../../scripts/train/ablation/subset';
import { PRESETS } from '../../../../../scripts/train/settings/presets';
import { buildBatch, type BatchConfig } from '../../../../../scripts/train/samples/batch';
import type { PackedCorpus } from '../../../../../scripts/train/samples/packed-corpus';
import { SPECIAL_TOKENS } from '../../../../../src/engine/text/special-tokens';

const OFFSET = SPECIAL_TOKENS.length;
function encode(text: string): number[] {
  return Array.from(Buffer.from(text, 'utf8'), (byte) => byte + OFFSET);
}

function pack(texts: readonly (readonly [path: string, lang: string, text: string])[]): PackedCorpus {
  const whole = Buffer.from(texts.map(([, , text]) => text).join(''), 'utf8');
  const bytes = new Uint8Array(new SharedArrayBuffer(whole.length));
  bytes.set(whole);
  let start = 0;
  const documents = texts.map(([path, lang, text]) => {
    const end = start + Buffer.byteLength(text);
    const document = { path, lang, start, end };
    start = end;
    return document;
  });
  return { bytes, documents };
}

function lines(word: string): string {
  return Array.from({ length: 60 }, () => `${word.repeat(20)}\n`).join('');
}
const CORPUS = pack([
  ['a@1.0.0/a.ts', 'typescript', lines('a')],
  ['b@1.0.0/b.c', 'c', lines('b')],
]);
const CONFIG: BatchConfig = { ...PRESETS.tiny.batch, batch: 16, dropHeader: 1 };

/** Batches of a configuration, the weights of each and how often each letter is in the samples. */
function drawn(
  change: Partial<BatchConfig>,
  count: number,
): { weight: number; letters: Map<string, number> } {
  let weight = 0;
  const letters = new Map([
    ['a', 0],
    ['b', 0],
  ]);
  for (let index = 0; index < count; index++) {
    const batch = buildBatch(CORPUS, encode, { ...CONFIG, ...change }, 5, index);
    weight += batch.weights.reduce((sum, w) => sum + w, 0) / count;
    for (let sample = 0; sample < batch.batch; sample++) {
      const ids = batch.ids.subarray(sample * batch.length, (sample + 1) * batch.length);
      for (const letter of letters.keys())
        if (ids.includes(letter.charCodeAt(0) + OFFSET)) letters.set(letter, letters.get(letter)! + 1);
    }
  }
  return { weight, letters };
}

describe('training batches', () => {
  it('draw a language as seldom as its weight says', () => {
    const even = drawn({}, 25).letters;
    const weighed = drawn({ languageWeights: { c: 0.25 } }, 25).letters;
    const share = (letters: Map<string, number>): number =>
      letters.get('b')! / (letters.get('a')! + letters.get('b')!);
    assert.ok(Math.abs(share(even) - 0.5) < 0.1, String(share(even)));
    assert.ok(Math.abs(share(weighed) - 0.2) < 0.1, String(share(weighed)));
  });

  for (const tPower of [0, 0.5, 1]) {
    it(`weigh their masked tokens 1 in the mean, with 1/t to the power ${tPower}`, () => {
      const { weight } = drawn({ tPower }, 40);
      assert.ok(Math.abs(weight - 1) < 0.06, String(weight));
    });
  }
});

describe('a part of a packed corpus', () => {
  it('has the texts that are kept, and no others', () => {
    const part = subset(CORPUS, ({ lang }) => lang === 'c');
    assert.deepEqual(
      part.documents.map(({ path, start, end }) => [
        path,
        Buffer.from(part.bytes.slice(start, end)).toString(),
      ]),
      [['b@1.0.0/b.c', lines('b')]],
    );
    assert.equal(part.bytes.length, lines('b').length);
  });
});
