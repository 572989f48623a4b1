import assert from 'node:assert/strict';
import { Random } from '../../../../src/engine/diffusion/random';

describe('random numbers', () => {
  it('are different where they are to be, each as likely', () => {
    const random = new Random(3);
    const drawn = new Map<number, number>();
    for (let turn = 0; turn < 6000; turn++) {
      const chosen = random.distinct(6, 2);
      assert.equal(new Set(chosen).size, 2);
      for (const number of chosen) drawn.set(number, (drawn.get(number) ?? 0) + 1);
    }
    assert.deepEqual([...drawn.keys()].sort(), [0, 1, 2, 3, 4, 5]);
    for (const count of drawn.values()) assert.ok(Math.abs(count - 2000) < 200, `${count} of 2000`);
    assert.deepEqual(random.distinct(4, 4).sort(), [0, 1, 2, 3]);
  });
});
