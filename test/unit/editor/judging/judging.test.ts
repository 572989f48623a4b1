import assert from 'node:assert/strict';
import fc from 'fast-check';
import { spansOf } from '../../../../src/editor/judging/token-spans';
import { remaskWeakest } from '../../../../src/editor/judging/weak-tokens';

describe('spansOf', () => {
  const texts = (text: string, ...tokens: string[]): string[] =>
    spansOf(
      text,
      tokens.map((token) => ({ text: token })),
    ).map(({ start, end, first, count }) => `${text.slice(start, end)} ${first}+${count}`);

  it('finds tokens', () => {
    assert.deepEqual(texts('ab c', 'a', 'b ', 'c'), ['a 0+1', 'b  1+1', 'c 2+1']);
    assert.deepEqual(texts(''), []);
  });

  it('takes the tokens of a character together', () => {
    assert.deepEqual(texts('a🎉b', 'a', '\ufffd', '\ufffd', 'b'), ['a 0+1', '🎉 1+2', 'b 3+1']);
    assert.deepEqual(texts('🎉', '\ufffd', '\ufffd\ufffd'), ['🎉 0+2']);
  });

  it('covers every text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 5 })), (tokens) => {
        const text = tokens.join('');
        const spans = spansOf(
          text,
          tokens.map((token) => ({ text: token })),
        );
        assert.equal(spans.map(({ start, end }) => text.slice(start, end)).join(''), text);
      }),
    );
  });
});

describe('remaskWeakest', () => {
  const remasked = (...probabilities: number[]): string =>
    remaskWeakest(probabilities.map((probability) => ({ token: 9, probability })))
      .map(({ token }) => (token === null ? '_' : 'x'))
      .join('');

  it('masks what is less probable than not', () => {
    assert.equal(remasked(0.9, 0.2, 0.8, 0.4, 0.6), 'x_x_x');
  });

  it('masks at least the weakest, and at most half', () => {
    assert.equal(remasked(0.9, 0.7, 0.8), 'x_x');
    assert.equal(remasked(0.4, 0.1, 0.3, 0.2), 'x_x_');
    assert.equal(remasked(0.1), '_');
  });

  it('keeps the others with what the model gives them', () => {
    assert.deepEqual(
      remaskWeakest([
        { token: 7, probability: 0.75 },
        { token: 8, probability: 0.1 },
      ]),
      [{ token: 7, confidence: 0.75 }, { token: null }],
    );
  });
});
