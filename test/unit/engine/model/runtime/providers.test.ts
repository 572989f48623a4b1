import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { ProviderName } from '../../../../../src/engine/contract/provider';
import { FolderFiles } from '../../../../../src/engine/model/bundle/folder-files';
import { CrashRecord } from '../../../../../src/engine/model/runtime/crash-record';
import { NODE_MACHINE } from '../../../../../src/engine/model/runtime/node-machine';
import { chooseProvider } from '../../../../../src/engine/model/runtime/choose-provider';
import type { Machine } from '../../../../../src/engine/model/runtime/machine';
import {
  relativeDifference,
  TRIAL_TOLERANCE,
  tryOut,
} from '../../../../../src/engine/model/runtime/provider-trial';
import { automaticProviders, providerUnavailable } from '../../../../../src/engine/model/runtime/providers';
import { openBundle, type OpenableBundle } from '../../../../../src/engine/model/runtime/open-bundle';
import { temporaryFolder, writeTinyBundle } from '../../../../../scripts/tiny-bundle/tiny-bundle';

describe('execution providers', () => {
  const root = temporaryFolder();
  const crashes = new CrashRecord(path.join(root, 'trials'));
  const machine = { ...NODE_MACHINE, crashes };
  let bundle: OpenableBundle;

  before(async () => {
    await writeTinyBundle(path.join(root, 'f32'), 'f32');
    bundle = await openBundle(new FolderFiles(path.join(root, 'f32')));
  });

  it('auto gives a predictor that works, with a reason for each provider that it left out', async () => {
    const chosen = await chooseProvider(bundle, machine);
    const { logits } = await tryOut(chosen.predictor, bundle.config);
    assert.ok(logits.every((value) => Number.isFinite(value)));
    const left = chosen.skipped.map(({ provider }) => provider);
    const before = [...automaticProviders('f32', machine.providers), 'cpu'] as const;
    assert.deepEqual(left, before.slice(0, before.indexOf(chosen.provider as 'cpu')));
    for (const { reason } of chosen.skipped) assert.notEqual(reason, '');
    await chosen.predictor.dispose();
  });

  it('auto leaves out a provider whose trial ended its process', async function () {
    const [first] = automaticProviders('f32', machine.providers);
    if (first === undefined) return this.skip();
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const record = path.join(root, 'trials', `${first}-${dead}`);
    fs.mkdirSync(path.dirname(record), { recursive: true });
    fs.writeFileSync(record, '');
    const chosen = await chooseProvider(bundle, machine);
    assert.match(chosen.skipped[0]!.reason, /ended the process/);
    assert.notEqual(chosen.provider, first);
    await chosen.predictor.dispose();
    fs.rmSync(record);
  });

  it('a provider asked for by name that is not there is an error that says what to choose', async () => {
    for (const provider of ['dml', 'coreml'].filter((name) => name !== ownProvider()) as (
      | 'dml'
      | 'coreml'
    )[]) {
      await assert.rejects(
        chooseProvider(bundle, machine, { provider }),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'provider-unavailable');
          assert.match(error.message, new RegExp(`"${provider}".*"auto".*"cpu"`));
          return true;
        },
      );
    }
  });

  it('does not say how another is got where there is the CPU only, as in a browser', () => {
    const { message } = providerUnavailable('webgpu', 'a browser does not have it', ['cpu']);
    assert.match(message, /a browser does not have it\. Choose "auto", "cpu" instead\.$/);
  });

  it('webgpu and cuda by name work or say why not', async () => {
    for (const provider of ['webgpu', 'cuda'] as const) {
      try {
        const chosen = await chooseProvider(bundle, machine, { provider });
        assert.equal(chosen.provider, provider);
        await chosen.predictor.dispose();
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'provider-unavailable');
      }
    }
    assert.deepEqual(fs.readdirSync(path.join(root, 'trials')), []);
  });

  /** The bundle, noting what it is opened on; every provider is the CPU here, and some are wrong by a factor. */
  function opening(opened: ProviderName[], factor = 1, broken = false): OpenableBundle {
    return {
      ...bundle,
      open: async (on, provider, threads) => {
        opened.push(provider);
        if (provider !== 'cpu' && broken) throw new Error('no such device');
        const inner = await bundle.open(on, 'cpu', threads);
        if (provider === 'cpu') return inner;
        return {
          vocabulary: inner.vocabulary,
          forwards: 0,
          readContext: (context) => inner.readContext(context),
          predict: async (cache, rows) => (await inner.predict(cache, rows)).map((logit) => logit * factor),
          dispose: () => inner.dispose(),
        };
      },
    };
  }
  const withGpu: Machine = { ...machine, providers: ['webgpu', 'cpu'] };

  it('a model that is too large to be opened twice is judged without the CPU', async () => {
    const opened: ProviderName[] = [];
    const trial = { besideCpu: false, tolerance: TRIAL_TOLERANCE };
    const large = { ...opening(opened), trial };
    const chosen = await chooseProvider(large, withGpu, { provider: 'webgpu' });
    assert.deepEqual([chosen.provider, opened], ['webgpu', ['webgpu']]);
    await chosen.predictor.dispose();
    await assert.rejects(
      chooseProvider({ ...opening([], NaN), trial }, withGpu, { provider: 'webgpu' }),
      /its results are not numbers/,
    );
    const back = await chooseProvider({ ...opening([], 1, true), trial }, withGpu);
    assert.equal(back.provider, 'cpu');
    assert.match(back.skipped[0]!.reason, /no such device/);
    await back.predictor.dispose();
  });

  it('a bundle says how far from the CPU another provider may be', async () => {
    const request = { provider: 'webgpu' } as const;
    await assert.rejects(chooseProvider(opening([], 1.05), withGpu, request), /differ from the CPU's by 5/);
    const trial = { besideCpu: true, tolerance: 0.15 };
    const chosen = await chooseProvider({ ...opening([], 1.05), trial }, withGpu, request);
    assert.equal(chosen.provider, 'webgpu');
    await chosen.predictor.dispose();
  });

  it('int8 weights stay on the CPU', async () => {
    await writeTinyBundle(path.join(root, 'int8'), 'int8');
    const chosen = await chooseProvider(await openBundle(new FolderFiles(path.join(root, 'int8'))), machine);
    assert.equal(chosen.provider, 'cpu');
    assert.deepEqual(chosen.skipped, []);
    await chosen.predictor.dispose();
  });

  it('measures how far logits are from the reference', () => {
    const reference = Float32Array.of(3, -4);
    assert.equal(relativeDifference(reference, reference), 0);
    assert.ok(Math.abs(relativeDifference(Float32Array.of(3, -4.5), reference) - 0.1) < 1e-6);
    assert.equal(relativeDifference(Float32Array.of(3, NaN), reference), Infinity);
    assert.equal(relativeDifference(Float32Array.of(3), reference), Infinity);
  });
});

describe('record of crashes', () => {
  it('is there during a trial only, also when the trial fails', async () => {
    const folder = path.join(temporaryFolder(), 'trials');
    const crashes = new CrashRecord(folder);
    assert.equal(crashes.find('webgpu'), undefined);
    await crashes.during('webgpu', () => {
      assert.deepEqual(fs.readdirSync(folder), [`webgpu-${process.pid}`]);
      // This process lives: it has not crashed.
      assert.equal(crashes.find('webgpu'), undefined);
      return Promise.resolve();
    });
    await assert.rejects(crashes.during('webgpu', () => Promise.reject(new Error('no adapter'))));
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('outlives a process that was killed in a trial, for a day', () => {
    const folder = path.join(temporaryFolder(), 'trials');
    const module = JSON.stringify(path.resolve('src/engine/model/runtime/crash-record.ts'));
    const script = `new (require(${module}).CrashRecord)(${JSON.stringify(folder)}).during('webgpu', () => process.kill(process.pid, 'SIGKILL'))`;
    const { signal } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', script]);
    assert.equal(signal, 'SIGKILL');
    const crashes = new CrashRecord(folder);
    const file = crashes.find('webgpu');
    assert.ok(file !== undefined);
    assert.equal(crashes.find('cuda'), undefined);
    const longAgo = new Date(Date.now() - 25 * 3600 * 1000);
    fs.utimesSync(file, longAgo, longAgo);
    assert.equal(crashes.find('webgpu'), undefined);
  });
});

function ownProvider(): string | undefined {
  return { win32: 'dml', darwin: 'coreml' }[process.platform as string];
}
