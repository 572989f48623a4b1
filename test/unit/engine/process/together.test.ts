import assert from 'node:assert/strict';
import path from 'node:path';
import type { FillRequest, RunOptions } from '../../../../src/engine/index';
import type { EngineClient } from '../../../../src/engine/process/client';
import { temporaryFolder, writeTinyBundle } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { fillText, REQUEST, withEngine } from '../../../support/engine/real-engine';

const LONG: FillRequest = { ...REQUEST, holes: [{ tokens: 40 }] };

/** Requests that differ in what they are shown. */
function request(number: number): FillRequest {
  return { ...REQUEST, prefix: `// ${number}\n${REQUEST.prefix}`, holes: [{ tokens: 3 + (number % 7) }] };
}

describe('requests under way at once in the engine process', function () {
  this.timeout(60_000);

  const folder = path.join(temporaryFolder(), 'tiny');
  before(() => writeTinyBundle(folder, 'int8'));

  const together = (use: (engine: EngineClient) => Promise<void>, most = 3): Promise<void> =>
    withEngine(folder, use, { together: most });

  it('get what they get one after the other', async () => {
    const numbers = Array.from({ length: 12 }, (_, i) => i);
    const alone: string[] = [];
    await withEngine(folder, async (engine) => {
      for (const number of numbers) alone.push(await fillText(engine, request(number)));
    });
    await together(async (engine) => {
      const fills = numbers.map((number) => fillText(engine, request(number), { session: `${number % 5}` }));
      assert.deepEqual(await Promise.all(fills), alone);
      const { running, waiting, steps, stepContexts, stepRows } = await engine.stats();
      assert.deepEqual({ running, waiting }, { running: 0, waiting: 0 });
      assert.ok(stepContexts > 1.5 * steps, `${stepContexts} contexts in ${steps} forwards`);
      assert.ok(stepRows > stepContexts);
    });
  });

  it('begin while others run, and end before those', () =>
    together(async (engine) => {
      const ended: string[] = [];
      const run = async (name: string, asked: FillRequest): Promise<void> => {
        await fillText(engine, asked);
        ended.push(name);
      };
      const long = run('long', LONG);
      await run('short', request(0));
      await long;
      assert.deepEqual(ended, ['short', 'long']);
    }));

  it('wait where there are too many: sessions take turns, however many each has waiting', () =>
    together(async (engine) => {
      const ended: string[] = [];
      const run = async (session: string): Promise<void> => {
        await fillText(engine, REQUEST, { session });
        ended.push(session);
      };
      const many = Array.from({ length: 8 }, () => run('many'));
      const few = run('few');
      const { running, waiting } = await engine.stats();
      assert.ok(running <= 2 && running + waiting === 9, `${running} run, ${waiting} wait`);
      await Promise.all([...many, few]);
      assert.ok(ended.indexOf('few') < 5, ended.join(' '));
    }, 2));

  it('are cancelled by their own session alone, running or waiting', () =>
    together(async (engine) => {
      const expected = await fillText(engine, REQUEST);
      const typing = (session: string, asked = REQUEST): Promise<string> =>
        fillText(engine, asked, { session, lane: 'typing' });
      const first = typing('a', LONG);
      const other = typing('b');
      const abort = new AbortController();
      const waits = fillText(engine, LONG, { session: 'c', signal: abort.signal });
      const second = typing('a');
      abort.abort();
      await assert.rejects(first, { code: 'cancelled' });
      await assert.rejects(waits, { code: 'cancelled' });
      assert.deepEqual(await Promise.all([second, other]), [expected, expected]);
      assert.equal((await engine.stats()).waiting, 0);
    }, 2));

  it('end by themselves when nobody waits for them any more', () =>
    together(async (engine) => {
      const late = (options: RunOptions): Promise<string> =>
        fillText(engine, LONG, { timeoutMs: 1, ...options });
      await assert.rejects(late({}), { code: 'too-late', message: /within 1 ms/ });
      const running = [fillText(engine), fillText(engine), fillText(engine)];
      await assert.rejects(late({ session: 'waits' }), { code: 'too-late' });
      await Promise.all(running);
      assert.notEqual(await fillText(engine, REQUEST, { timeoutMs: 60_000 }), '');
    }));

  it('keep contexts of their own session’s, under whatever name', () =>
    together(async (engine) => {
      const fill = (number: number): Promise<string> =>
        fillText(engine, { ...request(number), keptContext: 'the document' }, { session: `${number}` });
      const alone: string[] = [];
      for (const number of [0, 1, 2]) alone.push(await fill(number));
      // Read again under the same name: what is another session's is not taken for it.
      assert.deepEqual(await Promise.all([0, 1, 2].map(fill)), alone);
      const same = Array.from({ length: 3 }, () => fill(1));
      assert.deepEqual(await Promise.all(same), [alone[1], alone[1], alone[1]]);
      await engine.forgetContext('the document', { session: '1' });
      assert.equal(await fill(1), alone[1]);
    }));

  it('show their steps as they come, of one as of another', () =>
    together(async (engine) => {
      const seen: number[] = [];
      const watch = async (number: number): Promise<void> => {
        for await (const { index } of engine.fill(REQUEST)) if (index > 0) seen.push(number);
      };
      await Promise.all([watch(0), watch(1), watch(2)]);
      const changes = seen.filter((number, i) => number !== seen[i - 1]).length;
      assert.ok(changes > 6, seen.join(''));
    }));

  it('are as many as the engine was loaded for, which must be a number that it can hold', async () => {
    for (const wrong of [0, 65, 1.5]) {
      const loading = withEngine(folder, () => Promise.resolve(), { together: wrong });
      await assert.rejects(loading, {
        code: 'bad-request',
        message: /“together” must be a whole number from 1 to 64/,
      });
    }
  });
});
