import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readArchive } from '../../../../../scripts/train/corpus/archive';
import type { Source } from '../../../../../scripts/train/corpus/manifest';
import { npmSource, snapshot, tgz } from '../../../../support/train/fixtures';
import { zip } from '../../../../support/train/zip';

describe('archives of the registries', () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'zip-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const read = async (
    name: string,
    archive: Buffer,
    fields: Partial<Source> = {},
    wants: (path: string, size: number) => boolean = () => true,
  ): Promise<string[][]> => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, archive);
    const found: string[][] = [];
    for await (const entry of readArchive(file, npmSource('thing', fields), wants))
      found.push([entry.path, entry.body.toString()]);
    assert.deepEqual(Object.keys(snapshot(folder)), [name], 'it wrote something');
    return found;
  };
  const isDamaged = { name: 'CorpusError', code: 'archive', message: /cannot be unpacked.*Delete it/ };

  it('are wheels and jars, whose paths are whole', async () => {
    const archive = zip([
      { name: 'thing/', mode: 0o040755 },
      { name: 'thing/a.py', body: 'a = 1\n' },
      { name: 'thing-1.dist-info/METADATA', body: 'Name: thing\n' },
    ]);
    const files = [
      ['thing/a.py', 'a = 1\n'],
      ['thing-1.dist-info/METADATA', 'Name: thing\n'],
    ];
    assert.deepEqual(await read('thing-1-py3-none-any.whl', archive, { kind: 'pypi' }), files);
    assert.deepEqual(await read('thing-1-py3-none-any.whl', archive, { kind: 'maven' }), files);
  });

  it('are Go modules, whose top folder is their name and version', async () => {
    const archive = zip([
      { name: 'some.org/Some/thing@v1.0.0/in/a.go', body: 'package in\n' },
      { name: 'some.org/other@v1.0.0/b.go', body: 'package other\n' },
    ]);
    const source = { kind: 'go', name: 'go:some.org/Some/thing', version: 'v1.0.0' } as const;
    assert.deepEqual(await read('thing.zip', archive, source), [['in/a.go', 'package in\n']]);
  });

  it('are crates, whose top folder is dropped', async () => {
    const archive = await tgz([{ name: 'thing-1.0.0/src/lib.rs', body: 'mod a;\n' }]);
    assert.deepEqual(await read('thing-1.0.0.crate', archive, { kind: 'crate' }), [
      ['src/lib.rs', 'mod a;\n'],
    ]);
  });

  it('lose links, encrypted files and names that lead out', async () => {
    const archive = zip([
      { name: 'link.py', body: '/etc/passwd', mode: 0o120777 },
      { name: 'pipe.py', mode: 0o010644 },
      { name: 'locked.py', body: 'x', flags: 1 },
      { name: '/etc/absolute.py', body: 'x' },
      { name: '../up.py', body: 'x' },
      { name: 'a/../../b.py', body: 'x' },
      { name: 'a\\..\\..\\windows.py', body: 'x' },
      { name: 'C:/drive.py\0', body: 'x' },
      { name: 'good.py', body: 'good' },
    ]);
    assert.deepEqual(await read('thing.whl', archive, { kind: 'pypi' }), [['good.py', 'good']]);
  });

  it('are not read beyond what is wanted and declared', async () => {
    const before = process.memoryUsage().rss;
    const bomb = 'x'.repeat(20e6);
    const big = zip([
      { name: 'big.py', body: bomb },
      { name: 'small.py', body: 'y' },
    ]);
    assert.deepEqual(await read('thing.whl', big, {}, (_, size) => size < 100), [['small.py', 'y']]);
    const liar = zip([{ name: 'liar.py', body: bomb, declared: 10 }]);
    await assert.rejects(
      read('thing.whl', liar, {}, (_, size) => size < 100),
      isDamaged,
    );
    assert.ok(process.memoryUsage().rss - before < 200e6);
  });

  it('are called damaged when cut short or something else', async () => {
    const archive = zip([{ name: 'a.py', body: fs.readFileSync(__filename, 'utf8') }]);
    await assert.rejects(read('thing.jar', archive.subarray(0, archive.length - 30)), isDamaged);
    await assert.rejects(read('thing.zip', Buffer.from('<html>Not found</html>')), isDamaged);
  });
});
