import assert from 'node:assert/strict';
import { likeliestChance, sureBeginning } from '../../../../src/editor/completions/sure-beginning';
import type { CellView, Chooser } from '../../../../src/engine/index';

/** Its chance is σ(the mean log-probability): of a geometric mean p, p / (1 + p). */
const MEAN = { intercept: 0, weights: { drawnMean: 1 } };
const CHOOSER: Chooser = { drawn: MEAN, looked: MEAN, among: MEAN, shown: MEAN };

describe('sureBeginning', () => {
  const cell = (text: string, confidence: number): CellView => ({
    token: 9,
    text,
    masked: false,
    confidence,
    step: 1,
    locked: false,
  });
  const masked: CellView = { token: 1, text: '', masked: true, confidence: 0, step: -1, locked: false };
  /** The beginning with at least that mean probability. */
  const sure = (text: string, cells: readonly CellView[], least: number): string =>
    sureBeginning(text, cells, least / (1 + least), CHOOSER);

  it('takes the geometric mean of the tokens’ probabilities', () => {
    const cells = [cell('a', 0.1), cell(' + ', 0.9), cell('b', 0.3)];
    // The root of 0.1 · 0.9 · 0.3 is 0.3; the arithmetic mean is 0.43, the least is 0.1.
    assert.equal(sure('a + b', cells, 0.299), 'a + b');
    assert.equal(sure('a + b', cells, 0.301), '');
  });

  it('ends where the completion begins to be unsure, behind a word or another character', () => {
    const cells = [cell('load', 0.9), cell('File', 0.8), cell('(', 0.9), cell('na', 0.7), cell('me, ', 0.01)];
    assert.equal(sure('loadFile(name,', cells, 0.8), 'loadFile(');
    assert.equal(sure('loadFile(name,', cells, 0.85), 'loadFile(');
    // Of its first two tokens the mean is 0.849; to cut between them would cut a word.
    assert.equal(sure('loadFile(name,', [cell('load', 0.9), cell('File', 0.1)], 0.85), '');
    assert.equal(sure('a b', [cell('a', 0.9), cell(' ', 0.9), cell('b', 0.1)], 0.89), 'a');
    assert.equal(sure('e\u0301x', [cell('e', 0.9), cell('\u0301x', 0.1)], 0.9), '');
  });

  it('keeps what is just as sure as asked, and everything where nothing is asked', () => {
    assert.equal(sure('ab', [cell('a', 0.5), cell('b', 0.5)], 0.5), 'ab');
    assert.equal(sure('a', [cell('a', 0)], 0), 'a');
  });

  it('counts no token that the filters have cut away', () => {
    const cells = [cell('foo', 0.8), cell('()', 0.8), cell(';\n}', 0.0001)];
    assert.equal(sure('foo()', cells, 0.7), 'foo()');
    assert.equal(sure('foo();', cells, 0.7), 'foo()', 'a token of which one character is left counts wholly');
    assert.equal(sure('fo', [cell('foo', 0.8), cell('()', 0)], 0.7), 'fo');
  });

  it('counts no mask, nor what lies behind one', () => {
    assert.equal(sure('a b', [cell('a', 0.8), masked, cell(' b', 0.0001)], 0.7), 'a b');
  });

  it('takes a probability of 0 for the least there is', () => {
    assert.equal(sure('ab', [cell('a', 1), cell('b', 0)], 0.003), '');
  });

  it('goes by the coefficients for what is shown, where the bundle has some', () => {
    const cells = [cell('a', 0.5)];
    const shown = { intercept: 2, weights: {} };
    assert.equal(sureBeginning('a', cells, 0.5, { ...CHOOSER, shown }), 'a');
    assert.equal(sureBeginning('a', cells, 0.9, { ...CHOOSER, shown }), '');
  });

  it('goes by a rough chance without coefficients', () => {
    assert.equal(sureBeginning('a', [cell('a', 0.7)], 0.15, undefined), 'a');
    assert.equal(sureBeginning('a', [cell('a', 0.5)], 0.15, undefined), '');
  });

  it('tells the greatest chance of any beginning, where the bundle has coefficients', () => {
    const cells = [cell('a', 0.5), cell(' + ', 0.8), cell('b', 0.01)];
    // Of the root of 0.5 · 0.8.
    assert.ok(Math.abs(likeliestChance('a + b', cells, CHOOSER) - 0.632 / 1.632) < 0.001);
    assert.equal(likeliestChance('', cells, CHOOSER), 0);
    assert.equal(likeliestChance('a + b', cells, undefined), 0);
  });

  it('keeps a completion of no tokens', () => {
    assert.equal(sure('a', [], 1), 'a');
    assert.equal(sureBeginning('', [cell('a', 0.1)], 0.4, CHOOSER), '');
  });
});
