import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseRange, type Position } from '../../../../src/cli/command-line/range';
import { cutText, offsetOf, readTextFile, textFile } from '../../../../src/cli/command-line/text-file';

const FILE = textFile('a.ts', 'one\ntwo\r\nthree\rfour\n');

const ENDINGS = fc.constantFrom('\n', '\r\n', '\r');
/** Some characters are two UTF-16 units wide. */
const LINES = fc.array(fc.string({ unit: fc.constantFrom('a', ' ', 'é', '😀') }), {
  minLength: 1,
  maxLength: 8,
});

describe('text file', () => {
  it('counts lines and columns as an editor does', () => {
    const at = (line: number, column: number): string => FILE.text.slice(offsetOf(FILE, { line, column }));
    assert.equal(at(1, 1), FILE.text);
    assert.equal(at(2, 2), 'wo\r\nthree\rfour\n');
    assert.equal(at(2, 4), '\r\nthree\rfour\n');
    assert.equal(at(4, 1), 'four\n');
    assert.equal(at(5, 1), '');
  });

  it('finds every place of every line', () => {
    fc.assert(
      fc.property(LINES, ENDINGS, (lines, ending) => {
        const file = textFile('x', lines.join(ending));
        let start = 0;
        lines.forEach((line, i) => {
          assert.equal(offsetOf(file, { line: i + 1, column: 1 }), start);
          assert.equal(offsetOf(file, { line: i + 1, column: line.length + 1 }), start + line.length);
          assert.throws(() => offsetOf(file, { line: i + 1, column: line.length + 2 }), /There is no column/);
          start += line.length + ending.length;
        });
        assert.throws(() => offsetOf(file, { line: lines.length + 1, column: 1 }), /There is no line/);
      }),
    );
  });

  it('says how large the file and the line are when a position is outside', () => {
    const outside = (position: Position, message: RegExp): void =>
      assert.throws(() => offsetOf(FILE, position), message);
    outside({ line: 6, column: 1 }, /no line 6: a\.ts has 5 lines/);
    outside({ line: 2, column: 9 }, /no column 9 in line 2: it has 3 columns, so 4 is its end/);
    assert.throws(() => offsetOf(textFile('e', ''), { line: 2, column: 1 }), /e has 1 line\./);
  });

  it('does not cut a character of two UTF-16 units', () => {
    const file = textFile('a', 'x😀y');
    assert.throws(() => offsetOf(file, { line: 1, column: 3 }), /inside a character/);
    assert.equal(offsetOf(file, { line: 1, column: 4 }), 3);
  });

  it('cuts at every range', () => {
    const ranges = ['1:2-1:3', '2:1-2:1', '3:1-4:2'].map(parseRange);
    assert.deepEqual(cutText(FILE, ranges), {
      texts: ['o', 'e\n', 'two\r\n', 'our\n'],
      holes: ['n', '', 'three\rf'],
    });
  });

  it('refuses ranges that overlap, touch or are given twice', () => {
    for (const pair of [
      ['1:1-1:3', '1:2-2:1'],
      ['1:1-1:3', '1:3-2:1'],
      ['1:2-1:2', '1:2-1:2'],
    ]) {
      assert.throws(() => cutText(FILE, pair.map(parseRange)), /overlap or touch/);
    }
  });

  describe('read from disk', () => {
    let folder: string;
    before(async () => (folder = await mkdtemp(join(tmpdir(), 'llada-'))));
    after(() => rm(folder, { recursive: true }));

    const reading = async (bytes: Uint8Array | string): Promise<string> => {
      const path = join(folder, 'file');
      await writeFile(path, bytes);
      return (await readTextFile(path)).text;
    };

    it('leaves a byte-order mark out of the columns', async () => {
      assert.equal(await reading('\ufeffé'), 'é');
    });

    it('refuses what is not UTF-8 text, and says why', async () => {
      await assert.rejects(reading(Uint8Array.of(0x61, 0, 0x62)), /is a binary file/);
      await assert.rejects(reading(Uint8Array.of(0x61, 0xe9, 0x62)), /is not UTF-8 text/);
      await assert.rejects(readTextFile(join(folder, 'none')), /there is no such file/);
      await assert.rejects(readTextFile(folder), /it is a folder/);
    });
  });
});
