import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FairQueue } from '../../../../../src/engine/requests/sharing/fair-queue';

function queueOf(values: readonly string[]): FairQueue<string> {
  const queue = new FairQueue<string>();
  // Each value's owner is its first letter.
  for (const value of values) queue.put(value[0]!, value);
  return queue;
}

function drain(queue: FairQueue<string>): string[] {
  const taken: string[] = [];
  for (let value = queue.take(); value !== undefined; value = queue.take()) taken.push(value);
  return taken;
}

describe('things of several owners that wait', () => {
  it('are taken in turn, each owner’s in order', () => {
    assert.deepEqual(drain(queueOf(['a1', 'a2', 'a3', 'b1', 'c1', 'c2'])), [
      'a1',
      'b1',
      'c1',
      'a2',
      'c2',
      'a3',
    ]);
  });

  it('let somebody new pass all but one of what another has had waiting for long', () => {
    const queue = queueOf(['a1', 'a2', 'a3', 'a4']);
    assert.equal(queue.take(), 'a1');
    queue.put('b', 'b1');
    assert.deepEqual(drain(queue), ['a2', 'b1', 'a3', 'a4']);
  });

  it('pass nobody over whose next one does not fit', () => {
    const queue = queueOf(['a-large', 'b1']);
    assert.equal(
      queue.take((value) => value !== 'a-large'),
      undefined,
    );
    assert.deepEqual(drain(queue), ['a-large', 'b1']);
  });

  it('can be taken out', () => {
    const queue = queueOf(['a1', 'a2', 'b1']);
    assert.deepEqual(
      queue.remove((value) => value.endsWith('1')),
      ['a1', 'b1'],
    );
    assert.equal(queue.length, 1);
    assert.deepEqual(drain(queue), ['a2']);
    assert.ok(queue.isEmpty);
  });

  it('are each taken once, and nobody waits for more than one turn of every other owner', () => {
    const values = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat()), { maxLength: 30 });
    fc.assert(
      fc.property(values, (drawn) => {
        const all = drawn.map(([owner, number], i) => `${owner}${i}-${number}`);
        const taken = drain(queueOf(all));
        assert.deepEqual(taken.toSorted(), all.toSorted());
        for (const owner of new Set(all.map((value) => value[0]!))) {
          const places = [...taken.keys()].filter((i) => taken[i]!.startsWith(owner));
          places.forEach((place, i) => assert.ok(place - (places[i - 1] ?? -1) <= 4));
        }
      }),
    );
  });
});
