import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { CLI } from '../../../support/cli/run-cli';
import { temporaryFolder, writeTinyBundle } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { ended, fillText, HOST, lastStep, REQUEST, withEngine } from '../../../support/engine/real-engine';

const WINDOWS = process.platform === 'win32';

describe('faults of the engine process', function () {
  this.timeout(60_000);

  const root = temporaryFolder();
  const tiny = path.join(root, 'tiny');
  let text: string;

  before(async () => {
    await writeTinyBundle(tiny, 'f32');
    await withEngine(tiny, async (engine) => {
      text = await fillText(engine);
    });
  });

  /** The engine process's script, which the first `times` times ends itself as soon as it is told to load. */
  function dying(name: string, times: number): string {
    const script = path.join(root, `${name}.js`);
    fs.writeFileSync(
      script,
      `const fs = require('node:fs');
       const deaths = fs.readdirSync(__dirname).filter((file) => file.startsWith('${name}-died'));
       if (deaths.length < ${times}) process.prependOnceListener('message', () => {
         fs.writeFileSync(__dirname + '/${name}-died-' + process.pid, '');
         process.kill(process.pid, 'SIGKILL');
       });
       require(${JSON.stringify(HOST)});`,
    );
    return script;
  }

  it('is started once more when it is killed while loading', async () => {
    const script = dying('once', 1);
    await withEngine(tiny, async (engine) => assert.equal(await fillText(engine), text), { script });
  });

  it('says so when it is killed at every loading', async () => {
    const script = dying('always', Infinity);
    const start = withEngine(tiny, () => Promise.resolve(), { script });
    await assert.rejects(start, { code: 'engine-crashed', message: /stopped \(.*Your text is unchanged/ });
  });

  it('killed in mid-step fails the request, and works again at the next', () =>
    withEngine(tiny, async (engine) => {
      const { pid } = await engine.stats();
      const killed = async (): Promise<void> => {
        for await (const { index } of engine.fill(REQUEST)) if (index === 2) process.kill(pid, 'SIGKILL');
      };
      await assert.rejects(killed, { code: 'engine-crashed' });
      assert.equal(await fillText(engine), text);
      assert.notEqual((await engine.stats()).pid, pid);
    }));

  it('killed three times in a row is not started a fourth time', () =>
    withEngine(tiny, async (engine) => {
      for (let death = 1; death <= 3; death++) {
        const { pid } = await engine.stats();
        const killed = async (): Promise<void> => {
          for await (const { index } of engine.fill(REQUEST)) if (index === 1) process.kill(pid, 'SIGKILL');
        };
        await assert.rejects(killed, { code: 'engine-crashed' });
      }
      await assert.rejects(fillText(engine), {
        code: 'engine-crashed',
        message: /stopped 3 times.*not started again/,
      });
    }));

  it('that hangs is ended, and works again at the next request', async function () {
    if (WINDOWS) return this.skip(); // nothing there stops a process
    await withEngine(
      tiny,
      async (engine) => {
        const { pid } = await engine.stats();
        const hung = async (): Promise<void> => {
          for await (const { index } of engine.fill(REQUEST)) if (index === 1) process.kill(pid, 'SIGSTOP');
        };
        await assert.rejects(hung, { code: 'engine-crashed', message: /no sign of life/ });
        assert.equal(await fillText(engine), text);
      },
      { patience: { tickMs: 80 } },
    );
  });

  /** The engine process's script, whose main thread computes without a pause for this long when it gets a fill. */
  function spinning(name: string, ms: number): string {
    const script = path.join(root, `${name}.js`);
    fs.writeFileSync(
      script,
      `const { isMainThread } = require('node:worker_threads');
       require(${JSON.stringify(HOST)});
       let spun = false;
       if (isMainThread) process.on('message', ({ type }) => {
         if (type !== 'fill' || spun) return;
         spun = true;
         for (const end = performance.now() + ${ms}; performance.now() < end; );
       });`,
    );
    return script;
  }

  it('that is slow but at work is left alone', async () => {
    const patience = { tickMs: 100, silentTicks: 30 };
    const script = spinning('slow', 1.5 * patience.tickMs * patience.silentTicks);
    await withEngine(
      tiny,
      async (engine) => {
        const { pid } = await engine.stats();
        assert.equal(await fillText(engine), text);
        assert.equal((await engine.stats()).pid, pid);
      },
      { script, patience },
    );
  });

  it('that is at work on one step for ever is ended', async () => {
    const patience = { tickMs: 100, silentTicks: 30, stuckTicks: 20 };
    const script = spinning('stuck', Infinity);
    await withEngine(
      tiny,
      (engine) =>
        assert.rejects(fillText(engine), { code: 'engine-crashed', message: /did not get on with a step/ }),
      { script, patience },
    );
  });

  it('that runs out of memory says so, and works again at the next request', async function () {
    if (spawnSync('prlimit', ['--version']).status !== 0) return this.skip();
    const wide = path.join(root, 'wide');
    await writeTinyBundle(wide, 'f32', { window: { rows: 8192, positions: 8192, reserved: [32] } });
    await withEngine(wide, async (engine) => {
      const expected = await fillText(engine);
      const { pid } = await engine.stats();
      const [, kilobytes] = /^VmSize:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))!;
      const limit = 1024 * Number(kilobytes) + (256 << 20);
      assert.equal(spawnSync('prlimit', ['--pid', String(pid), `--as=${limit}`]).status, 0);
      await assert.rejects(lastStep(engine.generate({ tokens: 8192, steps: 1 })), { code: 'out-of-memory' });
      assert.equal(await fillText(engine), expected);
    });
  });

  it('refuses a damaged bundle and is gone', async () => {
    const [cut, swapped, hashed] = ['cut', 'swapped', 'hashed'].map((name) => path.join(root, name));
    for (const copy of [cut!, swapped!, hashed!]) fs.cpSync(tiny, copy, { recursive: true });
    fs.truncateSync(path.join(cut!, 'weights.bin'), 1000);
    fs.cpSync(path.join(tiny, 'model.onnx'), path.join(swapped!, 'tokenizer.json'));
    const weights = fs.openSync(path.join(hashed!, 'weights.bin'), 'r+');
    fs.writeSync(weights, Buffer.of(1), 0, 1, 99);
    fs.closeSync(weights);
    for (const folder of [cut!, swapped!, hashed!]) {
      const start = withEngine(folder, () => Promise.resolve());
      await assert.rejects(start, { code: 'bundle-damaged', message: /Get the bundle again/ });
    }
  });

  it('goes when its parent is gone, in the midst of a request too', async function () {
    if (WINDOWS) return this.skip(); // no pgrep
    const parent = spawn(process.execPath, [CLI, 'fill', '--jsonl', '--model', tiny, '--provider', 'cpu'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    parent.stdin.on('error', () => undefined);
    parent.stdin.write('{"id": 1, "prefix": "", "suffix": ""}\n'.repeat(200));
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    const child = Number(spawnSync('pgrep', ['-P', String(parent.pid)], { encoding: 'utf8' }).stdout.trim());
    assert.ok(child > 0);
    parent.kill('SIGKILL');
    await ended(child);
  });
});
