import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildCorpus } from '../../../../../scripts/train/corpus/build-corpus';
import type { Source } from '../../../../../scripts/train/corpus/manifest';
import { npmFile } from '../../../../../scripts/train/corpus/npm';
import type { CorpusReport } from '../../../../../scripts/train/corpus/types';
import { code, integrityOf, npmSource, tgz, writeManifest } from '../../../../support/train/fixtures';
import { LocalRegistry } from '../../../../support/train/local-registry';

/** The real npm, with a registry on this machine. */
describe('downloading the corpus', () => {
  let folder: string;
  let cache: string;
  let out: string;
  let manifest: string;
  let registry: LocalRegistry;
  const settings = ['npm_config_registry', 'npm_config_cache', 'npm_config_fetch_retries'] as const;
  let before: (string | undefined)[];

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'download-'));
    cache = path.join(folder, 'cache');
    out = path.join(folder, 'out');
    manifest = path.join(folder, 'manifest.json');
    registry = await LocalRegistry.start();
    before = settings.map((name) => process.env[name]);
    [registry.url, path.join(folder, 'npm-cache'), '0'].forEach(
      (value, i) => (process.env[settings[i]!] = value),
    );
  });
  afterEach(() => {
    settings.forEach((name, i) => {
      if (before[i] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[i];
    });
    registry.stop();
    fs.rmSync(folder, { recursive: true });
  });

  const publish = async (name: string): Promise<Source> => {
    const script = JSON.stringify({
      name,
      version: '1.0.0',
      scripts: { prepack: 'exit 1', prepare: 'exit 1' },
    });
    const body = await tgz([
      { name: 'package/package.json', body: script },
      { name: 'package/a.ts', body: code(name) },
    ]);
    registry.packages.set(name, body);
    return npmSource(name, { integrity: integrityOf(body), split: name === 'valid' ? 'valid' : 'train' });
  };
  const build = async (): Promise<CorpusReport> =>
    buildCorpus({
      source: { kind: 'manifest', file: manifest, tier: 300 },
      cache,
      out,
      onProgress: () => undefined,
    });
  const cached = (): string[] => fs.readdirSync(cache).sort();

  it('brings several packages at once and keeps them', async () => {
    const sources = [await publish('one'), await publish('two'), await publish('valid')];
    writeManifest(manifest, sources);
    const report = await build();
    assert.deepEqual(
      report.sources.map((source) => source.name),
      ['valid', 'one', 'two'],
    );
    assert.deepEqual(cached(), sources.map(npmFile).sort());

    registry.stop();
    fs.rmSync(out, { recursive: true });
    assert.deepEqual(await build(), report);
  });

  it('names the package that npm cannot bring, and keeps the others', async () => {
    writeManifest(manifest, [npmSource('missing'), await publish('one')]);
    await assert.rejects(build(), {
      code: 'download',
      message: /npm could not download missing@1\.0\.0:[^]*404[^]*run again/,
    });
    assert.deepEqual(cached(), ['one-1.0.0.tgz']);
  });

  it('refuses what the registry serves under a pinned name', async () => {
    const source = await publish('one');
    const right = registry.packages.get('one')!;
    await publish('other');
    registry.packages.set('one', registry.packages.get('other')!);
    writeManifest(manifest, [source]);
    await assert.rejects(build(), {
      code: 'integrity',
      message: /^one@1\.0\.0 is not what the corpus manifest pins/,
    });
    assert.deepEqual(cached(), ['one-1.0.0.tgz.new.bad']);

    registry.packages.set('one', right);
    await build();
    assert.deepEqual(cached(), ['one-1.0.0.tgz', 'one-1.0.0.tgz.new.bad']);
  });

  it('goes on after being killed in the middle of a download', async () => {
    const sources = [await publish('one'), await publish('two')];
    writeManifest(manifest, sources);
    registry.stalling.add('two');
    const child = spawn(
      process.execPath,
      [
        '--import',
        require.resolve('tsx'),
        path.join(__dirname, '../../../../support/train/build-in-child.ts'),
        manifest,
        cache,
        out,
      ],
      { stdio: 'ignore', detached: true },
    );
    const gone = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
    while (!registry.served.includes('two')) await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(-child.pid!, 'SIGKILL'); // npm with it
    assert.equal(await gone, 'SIGKILL');
    assert.deepEqual(
      cached().filter((name) => name.endsWith('.tgz')),
      [],
    );

    registry.stalling.clear();
    const report = await build();
    assert.equal(report.splits.train['typescript']?.files, 2);
  });

  it('ends npm when it is aborted', async () => {
    writeManifest(manifest, [await publish('one')]);
    registry.stalling.add('one');
    const stop = new AbortController();
    const building = buildCorpus({
      source: { kind: 'manifest', file: manifest, tier: 300 },
      cache,
      out,
      onProgress: () => undefined,
      signal: stop.signal,
    });
    const rejected = assert.rejects(building, { message: 'stop' });
    while (registry.served.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort(new Error('stop'));
    await rejected;
    assert.deepEqual(cached(), []);
  });
});
