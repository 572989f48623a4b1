import assert from 'node:assert/strict';
import { dropUnsure } from '../../../../src/editor/completions/sure-beginning';
import type { CellView, Chooser } from '../../../../src/engine/index';

/** Its chance is σ(the mean log-probability): of a geometric mean p, p / (1 + p). */
const MEAN = { intercept: 0, weights: { drawnMean: 1 } };
const CHOOSER: Chooser = { drawn: MEAN, looked: MEAN, among: MEAN };

describe('dropUnsure', () => {
  const cell = (text: string, confidence: number): CellView => ({
    token: 9,
    text,
    masked: false,
    confidence,
    step: 1,
    locked: false,
  });
  const masked: CellView = { token: 1, text: '', masked: true, confidence: 0, step: -1, locked: false };
  const kept = (text: string, cells: readonly CellView[], least: number): boolean => {
    const shown = dropUnsure(text, cells, least / (1 + least), CHOOSER);
    assert.ok(shown === text || shown === '');
    return shown !== '';
  };

  it('takes the geometric mean of the tokens’ probabilities', () => {
    const cells = [cell('a', 0.9), cell(' + ', 0.1), cell('b', 0.3)];
    // The root of 0.9 · 0.1 · 0.3 is 0.3; the arithmetic mean is 0.43, the least is 0.1.
    assert.ok(kept('a + b', cells, 0.299));
    assert.ok(!kept('a + b', cells, 0.301));
  });

  it('keeps what is just as sure as asked, and everything where nothing is asked', () => {
    assert.ok(kept('ab', [cell('a', 0.5), cell('b', 0.5)], 0.5));
    assert.ok(kept('a', [cell('a', 0)], 0));
  });

  it('counts no token that the filters have cut away', () => {
    const cells = [cell('foo', 0.8), cell('()', 0.8), cell(';\n}', 0.0001)];
    assert.ok(kept('foo()', cells, 0.7));
    assert.ok(!kept('foo();', cells, 0.7), 'a token of which one character is left counts wholly');
    assert.ok(kept('fo', [cell('foo', 0.8), cell('()', 0)], 0.7));
  });

  it('counts no mask, nor what lies behind one', () => {
    assert.ok(kept('a b', [cell('a', 0.8), masked, cell(' b', 0.0001)], 0.7));
  });

  it('takes a probability of 0 for the least there is', () => {
    assert.ok(!kept('ab', [cell('a', 1), cell('b', 0)], 0.003));
  });

  it('goes by the coefficients for what is shown, where the bundle has some', () => {
    const cells = [cell('a', 0.5)];
    const shown = { intercept: 2, weights: {} };
    assert.equal(dropUnsure('a', cells, 0.5, CHOOSER), '');
    assert.equal(dropUnsure('a', cells, 0.5, { ...CHOOSER, shown }), 'a');
    assert.equal(dropUnsure('a', cells, 0.9, { ...CHOOSER, shown }), '');
  });

  it('keeps a completion of no tokens', () => {
    assert.ok(kept('a', [], 1));
    assert.equal(dropUnsure('', [cell('a', 0.1)], 0.4, CHOOSER), '');
  });
});
