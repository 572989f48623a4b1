import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { buildCorpus } from '../../../../../scripts/train/corpus/build-corpus';
import { splitByHash } from '../../../../../scripts/train/corpus/build-from-folder';
import { listFolder } from '../../../../../scripts/train/corpus/folder';
import { readShards } from '../../../../../scripts/train/corpus/shards';
import { SPLITS, type CorpusReport, type Split } from '../../../../../scripts/train/corpus/types';
import { code, snapshot } from '../../../../support/train/fixtures';

describe('buildCorpus from a folder', () => {
  let top: string;
  let folder: string;
  let out: string;
  beforeEach(() => {
    top = fs.mkdtempSync(path.join(os.tmpdir(), 'folder-'));
    folder = path.join(top, 'mine');
    out = path.join(top, 'out');
    fs.mkdirSync(folder);
  });
  afterEach(() => fs.rmSync(top, { recursive: true }));

  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
    }
  };
  const build = async (signal?: AbortSignal): Promise<CorpusReport> =>
    buildCorpus({
      source: { kind: 'folder', folder },
      cache: path.join(top, 'cache'),
      out,
      onProgress: () => undefined,
      signal,
    });
  const paths = async (): Promise<Record<Split, string[]>> => {
    const found: Record<Split, string[]> = { test: [], valid: [], train: [] };
    for (const split of SPLITS)
      for await (const document of readShards(out, split)) found[split].push(document.path);
    return found;
  };

  it('takes what git would, and nothing that may be secret', () => {
    write({
      '.gitignore': '/build/\n*.log.md\nignored.ts\n!important.ts\n',
      'a.ts': '',
      'ignored.ts': '',
      'build/b.ts': '',
      'src/build/c.ts': '',
      'notes.log.md': '',
      'deep/.gitignore': '*.py\n!keep.py\n!/ignored.ts\n',
      'deep/d.py': '',
      'deep/keep.py': '',
      'deep/ignored.ts': '',
      'deep/down/e.py': '',
      'node_modules/x/f.ts': '',
      '.git/hooks/g.sh': '',
      '.github/workflow.yml': '',
      'picture.png': '',
      'app.min.js': '',
      '.env': '',
      'credentials.json': '',
      '.ssh/h.txt': '',
    });
    assert.deepEqual(listFolder(folder), [
      '.github/workflow.yml',
      'a.ts',
      'deep/ignored.ts',
      'deep/keep.py',
      'src/build/c.ts',
    ]);
  });

  it('hears the .gitignore files above it, up to the top of the repository', () => {
    write({ '.gitignore': 'made/\n', 'sub/a.ts': '', 'sub/made/b.ts': '' });
    fs.writeFileSync(path.join(top, '.gitignore'), '*.ts\n');
    assert.deepEqual(listFolder(path.join(folder, 'sub')), ['a.ts', 'made/b.ts']);
    fs.mkdirSync(path.join(folder, '.git'));
    assert.deepEqual(listFolder(path.join(folder, 'sub')), ['a.ts']);
  });

  it('follows no links', () => {
    write({ 'a.ts': '' });
    fs.writeFileSync(path.join(top, 'outside.ts'), '');
    fs.symlinkSync(path.join(top, 'outside.ts'), path.join(folder, 'link.ts'));
    fs.symlinkSync(folder, path.join(folder, 'loop'));
    fs.symlinkSync(path.join(top, 'outside.ts'), path.join(folder, '.gitignore'));
    assert.deepEqual(listFolder(folder), ['a.ts']);
  });

  it('splits, cleans and reports', async () => {
    write(
      Object.fromEntries(
        Array.from({ length: 40 }, (_, i) => [`src/f${i}.ts`, code(`file${i}x`).replaceAll('\n', '\r\n')]),
      ),
    );
    write({ 'src/copy.ts': code('file7x'), 'tiny.ts': '//\n', 'bin.ts': `\0${code('binary')}` });
    const report = await build();
    const found = await paths();
    assert.deepEqual(
      SPLITS.map((split) => found[split].length),
      [2, 2, 36],
    );
    assert.deepEqual(report.splits.train['typescript']?.files, 36);
    assert.ok(found.train.every((name) => name.startsWith('mine@local/src/')));
    assert.deepEqual(Object.keys(report.sources[0]!.dropped).sort(), ['binary', 'dup-exact', 'tiny']);
    for await (const { text } of readShards(out, 'valid')) assert.ok(!text.includes('\r'));
    assert.deepEqual(fs.readdirSync(out).sort(), ['report.json', 'test', 'train', 'valid']);
  });

  it('writes the same bytes again, and other ones when a text changes', async () => {
    write(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}.ts`, code(`file${i}x`)])));
    const report = await build();
    const before = snapshot(out);
    assert.equal((await build()).fingerprint, report.fingerprint);
    assert.deepEqual(snapshot(out), before);
    write({ 'f0.ts': code('changed') });
    assert.notEqual((await build()).fingerprint, report.fingerprint);
    assert.notDeepEqual(snapshot(out), before);
  });

  it('does not read what it writes', async () => {
    write({ 'a.ts': code('a') });
    out = path.join(folder, 'out');
    const report = await build();
    assert.deepEqual(await build(), report);
    assert.deepEqual(listFolder(folder), ['a.ts', 'out/report.json']);
    assert.deepEqual(report.splits.train['json'], undefined);
  });

  it('stops when told to', async () => {
    write({ 'a.ts': code('a') });
    await assert.rejects(build(AbortSignal.abort(new Error('stop'))), { message: 'stop' });
  });

  it('says so when there is no text', async () => {
    await assert.rejects(build(), {
      code: 'no-text',
      message: /mine has no text to train on: no file in it/,
    });
    write({ 'a.ts': '//\n', 'b.ts': '//\n', 'c.min.js': code('c') });
    await assert.rejects(build(), {
      code: 'no-text',
      message: /of 2 files none passed the rules \(2 tiny\)/,
    });
    fs.rmSync(folder, { recursive: true });
    await assert.rejects(build(), { code: 'no-text', message: /There is no folder .*mine to train on/ });
    fs.writeFileSync(folder, '');
    await assert.rejects(build(), { code: 'no-text', message: /There is no folder/ });
  });

  it('gives every split its share by hash', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 300 }), (names) => {
        const splits = splitByHash(names);
        const size = (split: Split): number => [...splits.values()].filter((other) => other === split).length;
        assert.equal(splits.size, names.length);
        assert.equal(size('test'), size('valid'));
        assert.ok(names.length < 3 ? size('test') === 0 : size('test') >= 1 && size('train') >= 1);
        assert.ok(Math.abs(size('test') - 0.05 * names.length) <= 1);
        assert.deepEqual(splitByHash(names.toReversed()), splits);
      }),
    );
  });
});
