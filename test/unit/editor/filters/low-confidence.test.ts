import assert from 'node:assert/strict';
import { confidenceOf, dropUnsure } from '../../../../src/editor/filters/low-confidence';
import type { CellView } from '../../../../src/engine';

/** Drawn as text: `a:0.9` is a token and how sure the model was of it, `_` a mask. */
function cells(drawing: string): CellView[] {
  return drawing.split(' ').map((cell) => {
    const [text, confidence] = cell.split(':');
    const masked = text === '_';
    return { token: 9, text: masked ? '' : text!, masked, confidence: Number(confidence ?? 0), step: 1 };
  });
}

describe('the filter of low confidence', () => {
  it('takes the geometric mean of what is offered', () => {
    assert.ok(Math.abs(confidenceOf(cells('a:0.9 b:0.4'), 'ab') - 0.6) < 1e-12);
    assert.equal(confidenceOf(cells('a:0.5 b:0.01'), 'a'), 0.5);
    assert.equal(confidenceOf(cells('a:0.5 _ b:0.1'), 'ab'), 0.5);
    assert.equal(confidenceOf([], ''), 1);
  });

  it('drops what is less sure than asked', () => {
    assert.equal(dropUnsure('ab', cells('a:0.9 b:0.4'), 0.5), 'ab');
    assert.equal(dropUnsure('ab', cells('a:0.9 b:0.1'), 0.5), '');
    assert.equal(dropUnsure('ab', cells('a:0.9 b:0'), 0), 'ab');
  });
});
