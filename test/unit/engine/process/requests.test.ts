import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { childEnvironment } from '../../../../src/engine/process/child-environment';
import type { EngineClient } from '../../../../src/engine/process/client';
import { temporaryFolder, writeTinyBundle } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { fillText, REQUEST, withEngine } from '../../../support/engine/real-engine';

/** Threads of the engine process; 0 where the system does not say. */
async function threadsOf(engine: EngineClient): Promise<number> {
  if (process.platform !== 'linux') return 0;
  const { pid } = await engine.stats();
  return fs.readdirSync(`/proc/${pid}/task`).length;
}

describe('requests to the engine process', function () {
  this.timeout(60_000);

  const tiny = path.join(temporaryFolder(), 'tiny');
  before(() => writeTinyBundle(tiny, 'f32'));

  it('one cancels the request under way in its lane, and no other', () =>
    withEngine(tiny, async (engine) => {
      const expected = await fillText(engine);
      const other = fillText(engine, REQUEST, { lane: 'other' });
      const first = engine.fill(REQUEST, { lane: 'typing' })[Symbol.asyncIterator]();
      await first.next();
      const second = fillText(engine, REQUEST, { lane: 'typing' });
      const drain = async (): Promise<void> => {
        while (!(await first.next()).done);
      };
      await assert.rejects(drain, { code: 'cancelled' });
      assert.equal(await second, expected);
      assert.equal(await other, expected);
      assert.equal(await fillText(engine, REQUEST, { lane: 'typing' }), expected);
    }));

  it('a completion ends what the next edit asks in its lane, and has its answer', () =>
    withEngine(tiny, async (engine) => {
      const expected = await fillText(engine);
      // Of so many tokens that the fill has come before all are judged.
      const text = 'x+'.repeat(25);
      const judged = engine.score({ prefix: 'f(', text, suffix: ')', masked: 'all' }, { lane: 'typing' });
      const completion = fillText(engine, REQUEST, { lane: 'typing' });
      await assert.rejects(judged, { code: 'cancelled' });
      assert.equal(await completion, expected);
    }));

  it('a signal cancels one, before and while it runs', () =>
    withEngine(tiny, async (engine) => {
      await assert.rejects(fillText(engine, REQUEST, { signal: AbortSignal.abort() }), { code: 'cancelled' });
      const abort = new AbortController();
      const cancelled = async (): Promise<void> => {
        for await (const { index } of engine.fill(REQUEST, { signal: abort.signal })) {
          if (index === 1) abort.abort();
          assert.ok(index <= 1);
        }
      };
      await assert.rejects(cancelled, { code: 'cancelled' });
      assert.notEqual(await fillText(engine), '');
    }));

  it('a signal cancels one whose steps have all come, too', () =>
    withEngine(tiny, async (engine) => {
      const abort = new AbortController();
      const late = async (): Promise<void> => {
        for await (const { index } of engine.fill(REQUEST, { signal: abort.signal })) {
          if (index > 0) assert.fail('a step after the cancellation');
          // Requests are answered in turn: with this answer the fill has ended.
          await engine.tokenize('a');
          abort.abort();
        }
      };
      await assert.rejects(late, { code: 'cancelled' });
    }));

  it('one in the background leaves a core to others, and says the same', async () => {
    const int8 = path.join(path.dirname(tiny), 'int8');
    await writeTinyBundle(int8, 'int8');
    await withEngine(
      int8,
      async (engine) => {
        const expected = await fillText(engine);
        const threads = await threadsOf(engine);
        assert.equal(await fillText(engine, REQUEST, { background: true }), expected);
        // Three threads at work: the main one and two of its own; another session for two adds one.
        const more = (await threadsOf(engine)) - threads;
        if (process.platform === 'linux') assert.equal(more, 1);
        assert.equal(await fillText(engine, REQUEST, { background: true }), expected);
        assert.equal((await threadsOf(engine)) - threads, more);
      },
      { threads: 3 },
    );
  });

  it('the process has nothing of its parent’s environment that it does not need', async function () {
    const parent = {
      Path: '/bin',
      SystemRoot: 'C:\\W',
      VK_DRIVER_FILES: 'x',
      NPM_TOKEN: 's',
      NODE_OPTIONS: '-r',
    };
    assert.deepEqual(childEnvironment(parent), {
      Path: '/bin',
      SystemRoot: 'C:\\W',
      VK_DRIVER_FILES: 'x',
      ELECTRON_RUN_AS_NODE: '1',
    });
    if (process.platform !== 'linux') return this.skip();
    process.env['LLADA_TEST_SECRET'] = 'secret';
    await withEngine(tiny, async (engine) => {
      const { pid } = await engine.stats();
      const names = fs
        .readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .map((line) => line.split('=')[0]);
      assert.ok(names.includes('PATH') && names.includes('ELECTRON_RUN_AS_NODE'));
      assert.ok(!names.includes('LLADA_TEST_SECRET'));
      assert.deepEqual(
        names.filter((name) => name?.startsWith('npm_')),
        [],
      );
    });
    delete process.env['LLADA_TEST_SECRET'];
  });
});
