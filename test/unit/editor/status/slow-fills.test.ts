import assert from 'node:assert/strict';
import { SlowFills } from '../../../../src/editor/status/slow-fills';

describe('SlowFills', () => {
  const last = (...times: number[]): number | undefined => {
    const fills = new SlowFills();
    return times.map((ms) => fills.add(ms)).at(-1);
  };
  const seven = (ms: number): number[] => Array<number>(7).fill(ms);

  it('says nothing before it has seen enough, or where fills are fast', () => {
    assert.equal(last(...seven(9000)), undefined);
    assert.equal(last(...seven(1000), 1000), undefined);
    // One that was slow, the loading of the model perhaps, is not the machine.
    assert.equal(last(...seven(300), 6000), undefined);
  });

  it('says how long they take on average where they are slow, and forgets old ones', () => {
    assert.equal(last(...seven(2000), 2000), 2000);
    assert.equal(last(100, ...seven(2000), 2000), 2000);
    assert.equal(last(2000, ...seven(100), 100), undefined);
  });
});
