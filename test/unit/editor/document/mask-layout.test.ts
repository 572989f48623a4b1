import assert from 'node:assert/strict';
import fc from 'fast-check';
import { layOutCells, visibleText } from '../../../../src/editor/document/mask-layout';
import type { CellView } from '../../../../src/engine/index';

/** `_` is a mask, anything else a committed token. */
function cells(...texts: readonly string[]): CellView[] {
  return texts.map((text) =>
    text === '_'
      ? { token: 1, text: '', masked: true, confidence: 0, step: -1, locked: false }
      : { token: 9, text, masked: false, confidence: 0.5, step: 1, locked: false },
  );
}

/** Lines as they are drawn: ▒ for each column of a mask, | between cells. */
function drawn(all: readonly CellView[], widths: readonly number[]): string[] {
  return layOutCells(all, widths).map((line) =>
    line
      .map(({ text, masked }) => (masked ? '▒'.repeat(text.length) : text.replaceAll('\u00a0', ' ')))
      .join('|'),
  );
}

describe('layOutCells', () => {
  it('gives the masks of a selection the width of its text', () => {
    assert.deepEqual(drawn(cells('_', '_', '_'), [10]), ['▒▒▒|▒▒▒▒|▒▒▒']);
    assert.deepEqual(drawn(cells('_', '_', '_', '_'), [8, 0, 8]), ['▒▒▒▒|▒▒▒▒', '', '▒▒▒▒|▒▒▒▒']);
  });

  it('draws committed tokens in their places', () => {
    assert.deepEqual(drawn(cells('_', ' = ', '_', ';'), [12]), ['▒▒▒| = |▒▒▒|;']);
  });

  it('ends a line at a committed newline that is near its end', () => {
    assert.deepEqual(drawn(cells('a', '_', ';', '\n  ', 'b', '_'), [6, 6]), ['a|▒|;|⏎', 'b|▒▒▒']);
    assert.deepEqual(drawn(cells('\n', '_', '_', '_', '_', '_', '_', '_'), [8, 8]), [
      '⏎|▒▒|▒▒|▒▒',
      '▒▒|▒▒|▒▒|▒▒',
    ]);
  });

  it('draws a hole at a cursor, where there is no text to go by', () => {
    assert.deepEqual(drawn(cells('_', 'x', '\n'), [0]), ['▒▒▒|x|⏎']);
  });

  it('draws every cell once, in order, however many lines there are', () => {
    const texts = fc.array(fc.constantFrom('_', 'a', '\n', '\n  '), { maxLength: 60 });
    const widths = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(texts, widths, (all, lines) => {
        const laidOut = layOutCells(cells(...all), lines);
        assert.equal(laidOut.length, lines.length);
        assert.deepEqual(
          laidOut.flat().map(({ masked, text }) => (masked ? '_' : text)),
          all.map((text) => (text.startsWith('\n') ? '⏎' : text)),
        );
      }),
    );
  });
});

describe('visibleText', () => {
  it('fits on one line', () => {
    assert.equal(visibleText('\n    return'), '⏎return');
    assert.equal(visibleText('\r\n\t'), '⏎');
    assert.equal(visibleText('\ta  b\0\x7f'), '→a\u00a0\u00a0b␀␡');
  });
});
