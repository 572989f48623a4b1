import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readBenchmark } from '../../../../../scripts/train/corpus/benchmark-files';
import { findOverlaps } from '../../../../../scripts/train/corpus/overlaps';
import { RUN, visitRuns } from '../../../../../scripts/train/corpus/token-runs';
import type { CorpusDocument } from '../../../../../scripts/train/corpus/types';
import { code } from '../../../../support/train/fixtures';

describe('texts that share runs of tokens with a benchmark', () => {
  const task = 'def has_close(numbers, threshold):\n    """ Are any two numbers closer than that? """\n';

  async function* documents(texts: Readonly<Record<string, string>>): AsyncGenerator<CorpusDocument> {
    for (const [name, text] of Object.entries(texts))
      yield await Promise.resolve({ path: name, lang: 'x', text });
  }
  const find = async (
    texts: Readonly<Record<string, string>>,
    families: Readonly<Record<string, string>> = {},
  ): Promise<string[]> =>
    (await findOverlaps([task], documents(texts), new Map(Object.entries(families)))).paths;
  const runsOf = (text: string): number[] => {
    const found: number[] = [];
    visitRuns(text, (hash) => void found.push(hash));
    return found;
  };

  it('have thirteen tokens in a row, however they are spaced and written', async () => {
    const twelve = 'def has_close(numbers, threshold):\n    """ Are';
    assert.deepEqual(
      await find({
        'copy@1/a.py': `${code('before')}\n${task}${code('after')}`,
        'other@1/a.ts': `// DEF Has_Close ( numbers , threshold ) : """ are ANY\n`,
        'short@1/a.py': `${twelve}\n${code('after')}`,
        'none@1/a.ts': code('nothing'),
      }),
      ['copy@1/a.py', 'other@1/a.ts'],
    );
  });

  it('do not count where more than three unrelated packages have the run', async () => {
    const of = (names: string[]): Record<string, string> =>
      Object.fromEntries(names.map((name) => [`${name}@1/a.py`, task]));
    assert.equal((await find(of(['a', 'b', 'c']))).length, 3);
    assert.deepEqual(await find(of(['a', 'b', 'c', 'd'])), []);
    const related = { '@x/a@1': '@x', '@x/b@1': '@x', 'c@1': 'c', 'd@1': 'd' };
    assert.equal((await find(of(['@x/a', '@x/b', 'c', 'd']), related)).length, 4);
  });

  it('are compared by hashes that depend on thirteen tokens and no others', () => {
    const tokens = Array.from({ length: 40 }, (_, i) => `word${i}`);
    const runs = runsOf(tokens.join(' '));
    assert.equal(runs.length, tokens.length - RUN + 1);
    assert.equal(new Set(runs).size, runs.length);
    assert.deepEqual(runsOf(tokens.slice(20, 20 + RUN).join('\n')), [runs[20]]);
    assert.deepEqual(runsOf(tokens.slice(0, RUN - 1).join(' ')), []);
    assert.ok(runs.every((hash) => Number.isSafeInteger(hash) && hash >= 0 && hash < 2 ** 48));
  });

  it('are looked for in tasks of JSON lines, gzipped or not', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'benchmark-'));
    try {
      const rows = [
        {
          task_id: 'T/1',
          prompt: 'def f(x):\n',
          canonical_solution: '  return x\n',
          suffix: '# end',
          lines: 3,
        },
      ];
      const text = `${rows.map((row) => JSON.stringify(row)).join('\n')}\n\n`;
      const plain = path.join(folder, 'tasks.jsonl');
      fs.writeFileSync(plain, text);
      fs.writeFileSync(`${plain}.gz`, gzipSync(text));
      const expected = ['def f(x):\n  return x\n# end', 'T/1'];
      assert.deepEqual(await readBenchmark(plain), expected);
      assert.deepEqual(await readBenchmark(`${plain}.gz`), expected);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
