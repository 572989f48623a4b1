import assert from 'node:assert/strict';
import { SPECIAL } from '../../../../src/engine/text/special-tokens';
import { holeRows, layOut, layOutNothing, reservedFor } from '../../../../src/engine/text/layout';
import { fromLf, lineEndingOf, toLf } from '../../../../src/engine/text/line-endings';

describe('layout', () => {
  it('reserves a run of positions per hole, so that the context never moves', () => {
    const layout = layOut([[10, 11, 12], [13], [14, 15]], [32, 128]);
    assert.deepEqual([...layout.positions], [0, 1, 2, 35, 164, 165]);
    assert.deepEqual([...layout.ids], [10, 11, 12, 13, 14, 15]);
    assert.deepEqual(layout.holeStarts, [3, 36]);
  });

  it('numbers a hole without gaps and closes it with [END]', () => {
    const layout = layOut([[10], [11], [12]], [32, 32]);
    const rows = holeRows(layout, [[SPECIAL.mask, 20], [SPECIAL.mask]]);
    assert.deepEqual([...rows.ids], [SPECIAL.mask, 20, SPECIAL.end, SPECIAL.mask, SPECIAL.end]);
    assert.deepEqual([...rows.positions], [1, 2, 3, 34, 35]);
    assert.deepEqual(rows.firstRows, [0, 3]);
  });

  it('is plain LLaDA when everything is a hole', () => {
    const rows = holeRows(layOutNothing(), [[1, 1, 1]]);
    assert.deepEqual([...rows.positions], [0, 1, 2]);
    assert.deepEqual([...rows.ids], [1, 1, 1]);
  });

  it('reserves the smallest run that leaves a row for [END]', () => {
    const window = { rows: 512, positions: 1024, reserved: [32, 128, 512] };
    assert.deepEqual(
      [1, 31, 32, 127, 128, 511, 512].map((limit) => reservedFor(limit, window)),
      [32, 32, 128, 128, 512, 512, undefined],
    );
  });
});

describe('line endings', () => {
  it('finds the document’s own and puts it back', () => {
    assert.equal(lineEndingOf(['a\r\nb', 'c\r\n']), '\r\n');
    assert.equal(lineEndingOf(['a\nb\r\nc\n']), '\n');
    assert.equal(lineEndingOf(['none']), '\n');
    assert.equal(toLf('a\r\nb\rc\n'), 'a\nb\nc\n');
    assert.equal(fromLf('a\nb', '\r\n'), 'a\r\nb');
  });
});
