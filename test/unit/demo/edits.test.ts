import assert from 'node:assert/strict';
import { choose, remask, remaskBelow, startOf, toggleLock, write } from '../../../src/demo/edits';
import { MASK, token } from '../../support/demo/traces';

describe('edits of a canvas', () => {
  const alternatives = [{ token: 7, text: 'z', probability: 0.2 }];
  const canvas = [[token('a', 1, { alternatives }), MASK], [token('b', 2, { confidence: 0.9 })]];
  const first = { hole: 0, index: 0 };

  it('lock and unlock a token, and leave a mask alone', () => {
    const locked = toggleLock(canvas, first);
    assert.equal(locked[0]![0]!.locked, true);
    assert.deepEqual(toggleLock(locked, first), canvas);
    assert.deepEqual(toggleLock(canvas, { hole: 0, index: 1 }), canvas);
  });

  it('remask one token, or all that are not locked and less probable', () => {
    assert.deepEqual(remask(canvas, first), [[MASK, MASK], canvas[1]]);
    assert.deepEqual(remaskBelow(canvas, 0.7), [[MASK, MASK], canvas[1]]);
    const locked = toggleLock(canvas, first);
    assert.deepEqual(remaskBelow(locked, Infinity), [[locked[0]![0], MASK], [MASK]]);
  });

  it('put an alternative in place, locked, and still know the others', () => {
    const [cell] = choose(canvas, first, alternatives[0]!, 5)[0]!;
    assert.deepEqual(cell, token('z', 5, { token: 7, confidence: 0.2, locked: true, alternatives }));
  });

  it('write as many tokens as the text has', () => {
    const written = write(
      canvas,
      first,
      [
        { token: 3, text: 'x' },
        { token: 4, text: 'y' },
      ],
      6,
    );
    assert.deepEqual(
      written[0]!.map(({ text, locked }) => [text, locked]),
      [
        ['x', true],
        ['y', true],
        ['', false],
      ],
    );
    assert.equal(write(canvas, first, [], 6)[0]!.length, 1);
  });

  it('are what the engine starts from', () => {
    assert.deepEqual(startOf(toggleLock(canvas, first)), [
      [{ token: 9, locked: true, confidence: 0.5 }, { token: null }],
      [{ token: 9, locked: false, confidence: 0.9 }],
    ]);
  });
});
