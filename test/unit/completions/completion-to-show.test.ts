import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completionToShow } from '../../../src/completions/completion-to-show';
import type { Shown } from '../../../src/completions/request';
import { cutAtCursor, treeOf } from '../../support/syntax';

/** A place, `‸` the cursor, what a model wrote there, and what of it is to be offered. */
interface Case {
  readonly path: string;
  readonly drawn: string;
  readonly fill: string;
  readonly right: string;
}

const CASES = readFileSync(join(import.meta.dirname, 'cases.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

async function shown(path: string, drawn: string, text: string, asked = true): Promise<Shown> {
  const [prefix, suffix] = cutAtCursor(drawn);
  using tree = await treeOf(path, prefix + suffix);
  return await completionToShow({ prefix, suffix, text, asked }, tree);
}

describe('what is shown of a completion', () => {
  for (const { path, drawn, fill, right } of CASES) {
    it(`${path}: ${JSON.stringify(drawn)} + ${JSON.stringify(fill)}`, async () => {
      assert.equal((await shown(path, drawn, fill)).text, right);
    });
  }

  it('is a line where the line has text, many where it is blank', async () => {
    assert.equal((await shown('a.ts', 'a(‸)\n', 'b\nc')).text, 'b');
    assert.equal((await shown('a.ts', '‸\n', 'b();\nc();\n')).text, 'b();\nc();');
  });

  it('keeps line breaks as they are', async () => {
    assert.equal((await shown('a.ts', '‸\r\nc();\r\n', 'a();\r\nb();\r\nc();')).text, 'a();\r\nb();');
    assert.equal((await shown('a.ts', '‸\r\n', 'a();\r\n'.repeat(4))).text, 'a();');
  });

  it('says why there is nothing', async () => {
    assert.deepEqual(await shown('a.ts', '‸\n', ' \n'), { text: '', dropped: 'blank' });
    assert.deepEqual(await shown('a.ts', 'a();\n‸\n', 'a();'), { text: '', dropped: 'repeats' });
    assert.deepEqual(await shown('a.ts', 'a‸b();\n', '.c('), { text: '', dropped: 'inside-word' });
    assert.deepEqual(await shown('a.ts', 'a();\n‸\n', '))'), { text: '', dropped: 'syntax' });
  });

  it('comes by itself only if there is something to it', async () => {
    assert.deepEqual(await shown('a.ts', 'a(b‸\n', ');', false), { text: '', dropped: 'short' });
    assert.deepEqual(await shown('a.ts', 'a(‸)\n', 'b', false), { text: '', dropped: 'short' });
    assert.deepEqual(await shown('a.ts', 'a(‸)\n', 'bc', false), { text: 'bc' });
    assert.deepEqual(await shown('a.ts', 'a‸b\n', 'c', false), { text: '', dropped: 'inside-word' });
  });

  it('is what the model wrote where no grammar reads the text', async () => {
    assert.equal((await shown('a.txt', 'f(‸)\n', 'a) b')).text, 'a) b');
    const flow = '/**\n * @flow\n */\nconst a = (b: ?string‸\n';
    assert.equal((await shown('a.js', flow, '): void => {}')).text, '): void => {}');
  });
});
