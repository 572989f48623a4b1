import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pathInPackage, readArchive } from '../../../../../scripts/train/corpus/archive';
import { npmSource, snapshot, tgz } from '../../../../support/train/fixtures';

describe('readArchive', () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'archive-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const read = async (
    archive: Buffer,
    wants: Parameters<typeof readArchive>[2] = () => true,
  ): Promise<string[][]> => {
    const file = path.join(folder, 'package.tgz');
    fs.writeFileSync(file, archive);
    const found: string[][] = [];
    for await (const { path: name, body } of readArchive(file, npmSource('pack'), wants))
      found.push([name, body.toString()]);
    assert.deepEqual(Object.keys(snapshot(folder)), ['package.tgz'], 'it wrote something');
    return found;
  };
  const isDamaged = {
    name: 'CorpusError',
    code: 'archive',
    message: /pack@1\.0\.0.*cannot be unpacked.*Delete it/,
  };

  it('gives regular files, without the top folder', async () => {
    const deep = `package/${'long/'.repeat(60)}d.ts`;
    const archive = await tgz([
      { name: 'package', type: 'directory' },
      { name: 'package/a.ts', body: 'a' },
      { name: 'other-top/b/c.ts', body: '' },
      { name: deep, body: 'd' },
    ]);
    assert.deepEqual(await read(archive), [
      ['a.ts', 'a'],
      ['b/c.ts', ''],
      [deep.slice('package/'.length), 'd'],
    ]);
  });

  it('reads no body that is not wanted', async () => {
    const archive = await tgz([
      { name: 'package/big.ts', body: 'x'.repeat(300_000) },
      { name: 'package/small.ts', body: 'y' },
    ]);
    assert.deepEqual(await read(archive, (_, size) => size < 100), [['small.ts', 'y']]);
  });

  it('passes over links, devices and names that lead out', async () => {
    const outside = path.join(folder, '..', 'outside');
    const archive = await tgz([
      { name: 'package/link.ts', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'package/hard.ts', type: 'link', linkname: '../../etc/passwd' },
      { name: 'package/pipe.ts', type: 'fifo' },
      { name: 'package/disk.ts', type: 'block-device' },
      { name: 'package/terminal.ts', type: 'character-device' },
      { name: '/etc/absolute.ts', body: 'x' },
      { name: outside, body: 'x' },
      { name: '../up.ts', body: 'x' },
      { name: 'package/../../up.ts', body: 'x' },
      { name: 'package/a/../../b.ts', body: 'x' },
      { name: 'package\\..\\..\\windows.ts', body: 'x' },
      { name: 'package/link.ts/through-the-link.ts', body: 'plain file' },
      { name: 'package/good.ts', body: 'good' },
    ]);
    assert.deepEqual(await read(archive), [
      ['link.ts/through-the-link.ts', 'plain file'],
      ['good.ts', 'good'],
    ]);
  });

  it('calls a truncated gzip stream damaged', async () => {
    const archive = await tgz([
      { name: 'package/a.ts', body: fs.readFileSync(__filename, 'utf8').repeat(20) },
    ]);
    await assert.rejects(read(archive.subarray(0, archive.length - 20)), isDamaged);
    await assert.rejects(read(archive.subarray(0, 30)), isDamaged);
  });

  it('calls a tar cut short damaged', async () => {
    const whole = gunzipSync(await tgz([{ name: 'package/a.ts', body: 'x'.repeat(5000) }]));
    await assert.rejects(read(gzipSync(whole.subarray(0, 2048))), isDamaged);
  });

  it('calls something else damaged', async () => {
    await assert.rejects(read(Buffer.from('<html>Not found</html>')), isDamaged);
    await assert.rejects(
      read(gzipSync('not a tar archive, but long enough for a header'.repeat(30))),
      isDamaged,
    );
  });

  it('does not take memory for what a header claims', async () => {
    const claims = (type: string, size: number): Buffer => {
      const header = Buffer.alloc(512);
      header.write('package/a.ts', 0);
      header.write('0000644', 100);
      header.write(size.toString(8).padStart(11, '0'), 124);
      header.write('00000000000', 136);
      header.write('        ', 148);
      header.write(type, 156);
      header.write('ustar', 257);
      header.write('00', 263);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(sum.toString(8).padStart(6, '0'), 148);
      header[154] = 0;
      return gzipSync(Buffer.concat([header, Buffer.alloc(4096, 'x')]));
    };
    // 8 GB of a file that no one wants, 8 GB of one that someone does, 8 GB of an extended header.
    const before = process.memoryUsage().rss;
    await assert.rejects(
      read(claims('0', 0o77777777777), () => false),
      isDamaged,
    );
    await assert.rejects(read(claims('0', 0o77777777777)), isDamaged);
    await assert.rejects(read(claims('x', 0o77777777777)), isDamaged);
    assert.ok(process.memoryUsage().rss - before < 100e6);
  });

  it('knows paths inside a package', () => {
    assert.equal(pathInPackage('./usr/lib/a.py', false), 'usr/lib/a.py');
    assert.equal(pathInPackage('./top/a.py', true), 'a.py');
    assert.equal(pathInPackage('top', true), undefined);
    assert.equal(pathInPackage('top/./a', true), undefined);
    assert.equal(pathInPackage('top//a', true), undefined);
  });
});
