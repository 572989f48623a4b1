import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildCorpus } from '../../../../../scripts/train/corpus/build-corpus';
import type { CorpusProgress } from '../../../../../scripts/train/corpus/corpus-options';
import type { Source } from '../../../../../scripts/train/corpus/manifest';
import { npmFile } from '../../../../../scripts/train/corpus/npm';
import { readShards } from '../../../../../scripts/train/corpus/shards';
import type { CorpusDocument, CorpusReport, Split } from '../../../../../scripts/train/corpus/types';
import { cachePackage, code, npmSource, snapshot, writeManifest } from '../../../../support/train/fixtures';

describe('buildCorpus from a manifest', () => {
  let folder: string;
  let cache: string;
  let out: string;
  let sources: Source[];
  let manifest: string;

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corpus-'));
    cache = path.join(folder, 'cache');
    out = path.join(folder, 'out');
    const shared = code('shared');
    sources = [
      await cachePackage(
        cache,
        'first',
        {
          'src/a.ts': code('alpha'),
          'src/b.ts': code('beta'),
          'src/shared.ts': shared,
          'src/skipped.ts': code('skipped'),
          'LICENSE.md': code('license'),
        },
        { exclude: ['**/skipped.ts'], size: 3000 },
      ),
      await cachePackage(
        cache,
        '@scope/mapped',
        {
          'dist/index.js': code('built'),
          'dist/index.js.map': JSON.stringify({ sources: ['../src/m.ts'], sourcesContent: [code('mapped')] }),
        },
        { include: [], maps: ['dist/*.map'] },
      ),
      await cachePackage(cache, 'held-out', { 'c.js': code('gamma'), 'copy.ts': shared }, { split: 'valid' }),
      await cachePackage(cache, 'tested', { 'd.py': code('delta') }, { split: 'test', tier: 600 }),
    ];
    manifest = writeManifest(path.join(folder, 'manifest.json'), sources);
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const build = async (options: Partial<Parameters<typeof buildCorpus>[0]> = {}): Promise<CorpusReport> =>
    buildCorpus({
      source: { kind: 'manifest', file: manifest, tier: 600 },
      cache,
      out,
      onProgress: () => undefined,
      ...options,
    });
  const documents = async (split: Split, from = out): Promise<CorpusDocument[]> => {
    const found: CorpusDocument[] = [];
    for await (const document of readShards(from, split)) found.push(document);
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  };

  it('gives each split its texts, held-out ones first', async () => {
    const report = await build();
    assert.deepEqual(
      (await documents('train')).map((document) => document.path),
      ['@scope/mapped@1.0.0/src/m.ts', 'first@1.0.0/src/a.ts', 'first@1.0.0/src/b.ts'],
    );
    assert.deepEqual(await documents('valid'), [
      { path: 'held-out@1.0.0/c.js', lang: 'javascript', text: code('gamma') },
      { path: 'held-out@1.0.0/copy.ts', lang: 'typescript', text: code('shared') },
    ]);
    assert.deepEqual((await documents('test'))[0]?.text, code('delta'));

    assert.deepEqual(report.splits.test, { python: { files: 1, bytes: Buffer.byteLength(code('delta')) } });
    const first = report.sources.find((source) => source.name === 'first')!;
    assert.deepEqual(first.kept['typescript']?.files, 2);
    assert.deepEqual(first.dropped, { 'dup-exact': { files: 1, bytes: Buffer.byteLength(code('shared')) } });
    assert.equal(first.license, 'MIT');
    assert.ok(!fs.existsSync(path.join(out, 'work')));
  });

  it('has parts that are the whole together', async () => {
    await build();
    const whole = (await documents('train')).map((document) => document.path);
    const parts: string[][] = [];
    for (const part of [1, 2, 3]) {
      parts.push([]);
      for await (const document of readShards(out, 'train', { part, of: 3 }))
        parts.at(-1)!.push(document.path);
    }
    assert.deepEqual(parts.flat().sort(), whole);
    assert.ok(parts.filter((part) => part.length > 0).length > 1, 'one part has everything');
  });

  it('takes the sources of the tier only', async () => {
    const report = await build({ source: { kind: 'manifest', file: manifest, tier: 300 } });
    assert.deepEqual(report.splits.test, {});
    assert.deepEqual(await documents('test'), []);
  });

  it('writes the same bytes again, elsewhere', async () => {
    await build();
    const again = path.join(folder, 'again');
    await build({ out: again });
    assert.deepEqual(snapshot(again), snapshot(out));
  });

  it('does nothing when it is there, and builds anew when a source changes', async () => {
    const before = await build();
    const steps: CorpusProgress[] = [];
    const onProgress = (step: CorpusProgress): unknown => steps.push(step);
    assert.deepEqual(await build({ onProgress }), before);
    assert.equal(steps.length, 0);

    // What is only said about a source changes no text.
    writeManifest(
      manifest,
      sources.map((source) => ({ ...source, license: 'ISC', size: 7 })),
    );
    assert.equal((await build({ onProgress })).fingerprint, before.fingerprint);
    assert.equal(steps.length, 0);

    writeManifest(
      manifest,
      sources.map((source) => ({ ...source, exclude: ['**/b.ts'] })),
    );
    const report = await build({ onProgress });
    assert.notEqual(report.fingerprint, before.fingerprint);
    assert.equal(report.splits.train['typescript']?.files, 3);
    const last = (stage: string): CorpusProgress => steps.filter((step) => step.stage === stage).at(-1)!;
    for (const stage of ['download', 'extract', 'shards']) assert.equal(last(stage).done, last(stage).total);
  });

  it('keeps to the cap of a language', async () => {
    const files = Object.fromEntries(
      ['p', 'q', 'r', 's'].map((name) => [`${name}.ts`, code(`capped${name}`)]),
    );
    const source = await cachePackage(cache, 'capped', files, { cap: { typescript: 1000 } });
    writeManifest(manifest, [source]);
    const {
      splits,
      sources: [report],
    } = await build();
    assert.deepEqual(splits.train['typescript']?.files, 1);
    assert.deepEqual(report?.dropped['cap']?.files, 3);
  });

  it('stops when told to, and goes on from there', async () => {
    const whole = path.join(folder, 'whole');
    await build({ out: whole });
    for (const stage of ['extract', 'shards']) {
      const stop = new AbortController();
      const onProgress = (step: CorpusProgress): void => {
        if (step.stage === stage) stop.abort(new Error('stop'));
      };
      await assert.rejects(build({ signal: stop.signal, onProgress }), { message: 'stop' });
      await assert.rejects(documents('train'), { code: 'not-built' });
    }
    await build();
    assert.deepEqual(snapshot(out), snapshot(whole));
  });

  describe('killed in the middle', () => {
    const killAt = async (step: string): Promise<void> => {
      const script = path.join(__dirname, '../../../../support/train/build-in-child.ts');
      const args = ['--import', require.resolve('tsx'), script, manifest, cache, out, step];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      const signal = await new Promise((resolve) => child.on('exit', (_, by) => resolve(by)));
      assert.equal(signal, 'SIGKILL', 'it ended before it was killed');
    };

    it('resumes without doing again what was done', async () => {
      const whole = path.join(folder, 'whole');
      await build({ out: whole });
      await killAt('extract held-out@1.0.0');
      await assert.rejects(documents('train'), { code: 'not-built' });
      const done = fs.readdirSync(path.join(out, 'work')).filter((name) => name.endsWith('.json'));
      assert.equal(done.length, 2, done.join());

      await killAt('shards first@1.0.0');
      const extracted: string[] = [];
      await build({
        onProgress: ({ stage, detail }) => (stage === 'extract' ? extracted.push(detail) : undefined),
      });
      assert.deepEqual(extracted, []);
      assert.deepEqual(snapshot(out), snapshot(whole));
    });

    it('leaves a corpus that was there whole until the new one is', async () => {
      await build();
      writeManifest(manifest, sources.slice(0, 3));
      await killAt('shards held-out@1.0.0');
      assert.equal((await documents('test')).length, 1);
      await build();
      assert.equal((await documents('test')).length, 0);
    });
  });

  it('refuses a download that is not what is pinned, and keeps it aside', async () => {
    const file = path.join(cache, npmFile(sources[1]!));
    fs.writeFileSync(file, 'something else');
    await assert.rejects(build(), (error: Error & { code: string }) => {
      assert.equal(error.code, 'integrity');
      assert.match(error.message, /@scope\/mapped@1\.0\.0 is not what the corpus manifest pins/);
      assert.ok(error.message.includes(`expected ${sources[1]!.integrity!}`));
      assert.match(error.message, /got {6}sha512-.*\(14 bytes\)/);
      assert.ok(error.message.includes(`${file}.bad`) && error.message.includes('Run again'));
      return true;
    });
    assert.equal(fs.readFileSync(`${file}.bad`, 'utf8'), 'something else');
    assert.ok(!fs.existsSync(file));
    fs.writeFileSync(file, 'something else again');
    await assert.rejects(build(), { code: 'integrity' });
    assert.equal(fs.readFileSync(`${file}.bad2`, 'utf8'), 'something else again');
  });

  it('says before it starts when the disk has not got the space', async () => {
    writeManifest(manifest, [...sources, npmSource('enormous', { size: 1e15, text: 1e15 })]);
    await assert.rejects(build(), (error: Error & { code: string }) => {
      assert.equal(error.code, 'no-space');
      assert.match(
        error.message,
        /1000000000 MB for downloads in .* and 2300000050 MB for texts in .*; \d+ MB are free/,
      );
      return true;
    });
    assert.ok(!fs.existsSync(out));
  });

  it('says how much it needs when the disk fills up on the way', async function () {
    if (!fs.existsSync('/dev/full')) this.skip();
    // Where the texts of the first source go, a file that has no room.
    const report = path.join(out, 'report.json.tmp');
    fs.mkdirSync(out);
    fs.symlinkSync('/dev/full', report);
    await assert.rejects(build(), {
      code: 'no-space',
      message: /needs \d+ MB for downloads .* \d+ MB for texts/,
    });
    fs.rmSync(report);
    await build();
  });

  it('asks for a smaller tier where a program is missing', async () => {
    const debian: Source = {
      ...npmSource('debian:thing', { tier: 1100 }),
      kind: 'deb',
      file: 'thing_1_all.deb',
      integrity: `sha256-${'0'.repeat(64)}`,
    };
    const others = (
      [
        ['pypi', 'pypi:thing'],
        ['crate', 'crate:thing'],
        ['maven', 'maven:org.some:thing'],
        ['go', 'go:some.org/Some/thing/v2'],
      ] as const
    ).map(([kind, name]): Source => ({ ...debian, kind, name, tier: 2200, version: '1.0.0' }));
    writeManifest(manifest, [...sources, debian]);
    const { PATH } = process.env;
    process.env['PATH'] = folder;
    try {
      await assert.rejects(build({ source: { kind: 'manifest', file: manifest, tier: 1100 } }), {
        code: 'no-program',
        message: /1 of the corpus's sources are Debian packages[^]*apt-get[^]*or use --tier 600/,
      });
      const wheels = {
        kind: 'manifest',
        file: manifest,
        tier: 2200,
        filter: ({ kind }: Source) => kind !== 'deb',
      } as const;
      writeManifest(manifest, [...sources, ...others]);
      await assert.rejects(build({ source: wheels }), {
        code: 'no-program',
        message:
          /are Python wheels, and pip is not.*\n.*Rust crates, and cargo 1.82 or newer is not.*\n.*sources jars, and mvn.*\n.*Go modules, and go is not.*\nInstall the packages that bring what is missing, or use --tier 1100/,
      });
      await build();
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  it('names what is wrong with a manifest', async () => {
    const wrong = (fields: object): string => writeManifest(manifest, [{ ...sources[0]!, ...fields }]);
    for (const [fields, message] of [
      [{ name: '--eval' }, /source 1 \(--eval\): name must be/],
      [{ name: '../up' }, /name must be/],
      [{ version: 'latest' }, /version must be an exact version/],
      [{ integrity: 'sha1-x' }, /integrity must be/],
      [{ license: '' }, /license is missing/],
      [{ split: 'trian', tier: 1 }, /split must be .*; tier must be/],
      [{ include: 'src' }, /include must be/],
      [{ kind: 'deb', integrity: undefined, file: '../x.deb' }, /file must be/],
    ] as const) {
      wrong(fields);
      await assert.rejects(build(), { code: 'manifest', message });
    }
    fs.writeFileSync(manifest, '{');
    await assert.rejects(build(), { code: 'manifest', message: /cannot be read/ });
    fs.writeFileSync(manifest, '[]');
    await assert.rejects(build(), { code: 'manifest', message: /no list "sources"/ });
  });
});
