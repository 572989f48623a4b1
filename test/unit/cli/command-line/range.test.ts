import assert from 'node:assert/strict';
import fc from 'fast-check';
import { comparePositions, formatRange, parseRange } from '../../../../src/cli/command-line/range';

const COUNT = fc.integer({ min: 1, max: 1e6 });
const POSITION = fc.record({ line: COUNT, column: COUNT }, { noNullPrototype: true });

describe('range', () => {
  it('reads lines and columns, empty ranges too', () => {
    assert.deepEqual(parseRange('12:5-14:1'), {
      start: { line: 12, column: 5 },
      end: { line: 14, column: 1 },
    });
    assert.deepEqual(parseRange('3:1-3:1'), { start: { line: 3, column: 1 }, end: { line: 3, column: 1 } });
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(POSITION, POSITION, (a, b) => {
        const [start, end] = comparePositions(a, b) <= 0 ? [a, b] : [b, a];
        assert.deepEqual(parseRange(formatRange({ start, end })), { start, end });
      }),
    );
  });

  it('says what a range looks like when it is none', () => {
    for (const text of [
      '',
      '12',
      '12:5',
      '12:5-14',
      '1:1–1:2',
      '1.5:1-2:1',
      ' 1:1-1:2',
      '-1:1-1:2',
      '1:1-1:2,3:1-3:2',
    ]) {
      assert.throws(() => parseRange(text), /LINE:COLUMN-LINE:COLUMN/, text);
    }
  });

  it('refuses zero and an end before the start', () => {
    assert.throws(() => parseRange('0:1-1:1'), /counted from 1/);
    assert.throws(() => parseRange('1:0-1:1'), /counted from 1/);
    assert.throws(() => parseRange('2:1-1:9'), /ends before it starts/);
    assert.throws(() => parseRange('2:5-2:4'), /ends before it starts/);
  });
});
