import assert from 'node:assert/strict';
import { FairQueue, type Places } from '../../../../src/serve/fills/fair-queue';
import { ServeError } from '../../../../src/serve/http/serve-error';

const { signal } = new AbortController();

function places(atOnce: number, besideLong = 0): () => Places {
  return () => ({ atOnce, besideLong });
}

describe('the queue of fills', () => {
  it('takes turns between users, whoever asked more often', async () => {
    const queue = new FairQueue(places(1), 100);
    const leave = await queue.enter('first', signal);
    const order: string[] = [];
    const enter = async (user: string): Promise<void> => {
      const left = await queue.enter(user, signal);
      order.push(user);
      left();
    };
    const all = ['a', 'a', 'a', 'a', 'b', 'c', 'b'].map(enter);
    assert.deepEqual([queue.running, queue.waiting], [1, 7]);
    leave();
    await Promise.all(all);
    assert.deepEqual(order, ['a', 'b', 'c', 'a', 'b', 'a', 'a']);
    assert.deepEqual([queue.running, queue.waiting], [0, 0]);
  });

  it('prefers users with fewer fills under way, and keeps the last place for those who have none', async () => {
    const queue = new FairQueue(places(3), 100);
    const leaves = [await queue.enter('busy', signal), await queue.enter('busy', signal)];
    const order: string[] = [];
    const all = ['busy', 'new'].map(async (user) => {
      await queue.enter(user, signal);
      order.push(user);
    });
    await all[1];
    assert.deepEqual([order, queue.running, queue.waiting], [['new'], 3, 1]);
    for (const leave of leaves) leave();
    await all[0];
    assert.deepEqual(order, ['new', 'busy']);
  });

  it('lets another user in beside a fill that takes long, and nobody beside a short one', async () => {
    const patient = new FairQueue(places(1, 1), 10, 1e6);
    const leave = await patient.enter('a', signal);
    const next = patient.enter('b', signal);
    assert.deepEqual([patient.running, patient.waiting], [1, 1]);
    leave();
    (await next)();

    const queue = new FairQueue(places(1, 1), 10, 1);
    const ends = [await queue.enter('a', signal)];
    const own = queue.enter('a', signal);
    ends.push(await queue.enter('b', signal));
    const third = queue.enter('c', signal);
    assert.deepEqual([queue.running, queue.waiting], [2, 2]);
    ends[0]!();
    (await own)();
    (await third)();
    ends[1]!();
    assert.deepEqual([queue.running, queue.waiting], [0, 0]);
  });

  it('refuses what would wait too long with a time to come back', async () => {
    const queue = new FairQueue(places(1), 1);
    const leave = await queue.enter('a', signal);
    const waits = queue.enter('a', signal);
    await assert.rejects(
      queue.enter('b', signal),
      (error) =>
        error instanceof ServeError &&
        error.status === 429 &&
        Number.isInteger(error.retryAfter) &&
        error.retryAfter! >= 1,
    );
    leave();
    (await waits)();
  });

  it('forgets who goes away while waiting, and frees a place once however often it is told', async () => {
    const queue = new FairQueue(places(1), 10);
    const leave = await queue.enter('a', signal);
    const gone = new AbortController();
    const waits = queue.enter('b', gone.signal);
    gone.abort(new ServeError(499, 'gone'));
    await assert.rejects(waits, /gone/);
    assert.equal(queue.waiting, 0);
    leave();
    leave();
    assert.equal(queue.running, 0);
    await assert.rejects(queue.enter('b', gone.signal), /gone/);
    assert.equal(queue.running, 0);
  });
});
