import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SCHEDULES } from '../../../../src/engine/contract/reverse-process';
import { shareOut } from '../../../../src/engine/diffusion/schedule';

describe('schedule', () => {
  it('linear: shares the masks out evenly, the remainder to the first steps', () => {
    assert.deepEqual(shareOut('linear', 10, 4), [3, 3, 2, 2]);
    assert.deepEqual(shareOut('linear', 3, 8), [1, 1, 1]);
    assert.deepEqual(shareOut('linear', 0, 5), []);
  });

  it('cosine: leaves cos(π/2 · step/steps) of the masks', () => {
    const shares = shareOut('cosine', 256, 8);
    let left = 256;
    // As in MaskGIT: floor(256 · cos(π/2 · step/8)).
    assert.deepEqual(
      shares.map((share) => (left -= share)),
      [251, 236, 212, 181, 142, 97, 49, 0],
    );
    assert.deepEqual(shareOut('cosine', 4, 4), [1, 1, 1, 1]);
  });

  it('commits something in each step and everything in the end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SCHEDULES),
        fc.nat(300),
        fc.integer({ min: 1, max: 300 }),
        (kind, masks, steps) => {
          const shares = shareOut(kind, masks, steps);
          assert.equal(shares.length, Math.min(masks, steps));
          assert.ok(shares.every((share) => share >= 1));
          assert.equal(
            shares.reduce((sum, share) => sum + share, 0),
            masks,
          );
        },
      ),
    );
  });
});
