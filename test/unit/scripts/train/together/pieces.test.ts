import assert from 'node:assert/strict';
import { layOut } from '../../../../../scripts/train/together/pieces';

describe('tensors in pieces', () => {
  it('every number is in one piece, every piece in one group, the last ones first', () => {
    const sizes = [1, 7, 24 * 48, 97, 64];
    const { length, starts, pieces, piecesOf, tensorsIn, groups } = layOut(sizes, 64, 4);
    assert.equal(length, 1321);
    assert.deepEqual(starts, [0, 1, 8, 1160, 1257]);
    assert.deepEqual(
      pieces.map(({ first }) => first),
      Array.from({ length: 21 }, (_, i) => 64 * i),
    );
    assert.equal(pieces.at(-1)!.length, 1321 - 20 * 64);
    sizes.forEach((size, tensor) => {
      const [first, end] = [starts[tensor]!, starts[tensor]! + size];
      const holding = pieces.filter((piece) => piece.first < end && piece.first + piece.length > first);
      assert.deepEqual(piecesOf[tensor], holding);
    });
    for (const { number } of pieces)
      assert.equal(
        tensorsIn[number],
        piecesOf.filter((of) => of.some((one) => one.number === number)).length,
      );
    assert.deepEqual(groups.flat(), pieces.toReversed());
    assert.equal(groups.length, 4);
  });

  it('fewer pieces than groups', () => {
    assert.deepEqual(
      layOut([3], 64, 8).groups.map((group) => group.map(({ length }) => length)),
      [[3]],
    );
  });
});
