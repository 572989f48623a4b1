import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawTasks } from '../../../../scripts/evaluate/draw-tasks';
import { heldOutTexts } from '../../../../scripts/evaluate/held-out';
import { groupOf, KINDS, middlesOf, textWith, type Task } from '../../../../scripts/evaluate/task';
import { readTasks, writeTasks } from '../../../../scripts/evaluate/tasks-file';
import { temporaryFolder } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { cachePackage, code, writeManifest } from '../../../support/train/fixtures';

const LANGUAGES = { a: 'typescript', b: 'python', c: 'css' };
const DOCUMENTS = Object.entries(LANGUAGES).flatMap(([name, lang]) =>
  Array.from({ length: 12 }, (_, i) => ({ path: `${name}/${i}`, lang, text: code(`${name}${i}`) })),
);
function draw(limit: number, seed = 1): Task[] {
  return drawTasks(DOCUMENTS, { split: 'test', limit, seed });
}

describe('evaluation tasks', () => {
  const folder = temporaryFolder();

  it('are as many of each kind, languages in turn, files as different as can be', () => {
    const tasks = draw(6);
    for (const kind of KINDS) {
      const groups = tasks.filter((task) => task.kind === kind).map(({ lang }) => groupOf(lang));
      assert.deepEqual(groups.sort(), ['Python', 'Python', 'TypeScript', 'TypeScript', 'other', 'other']);
    }
    assert.equal(new Set(tasks.map(({ id }) => id)).size, 36);
    assert.equal(new Set(tasks.slice(0, 30).map(({ path }) => path)).size, 30);
  });

  it('are the same for the same seed only, and the first of more', () => {
    assert.deepEqual(draw(3), draw(3));
    assert.deepEqual(draw(3), draw(5).slice(0, 18));
    assert.notDeepEqual(draw(3), draw(3, 2));
  });

  it('hold the whole file', () => {
    for (const task of draw(6)) {
      const { text } = DOCUMENTS.find(({ path }) => path === task.path)!;
      assert.equal(textWith(task, middlesOf(task)), text);
    }
  });

  it('come back from a file as they were', () => {
    const file = join(folder, 'tasks.jsonl');
    writeTasks(file, draw(2));
    assert.deepEqual(readTasks(file), draw(2));
  });

  it('are refused with the line and the field when a file has them wrong', () => {
    const file = join(folder, 'wrong.jsonl');
    const good = { id: 'a', kind: 'line', lang: 'css', path: 'a.css', prefix: '', middle: 'x', suffix: '' };
    const cases: readonly [unknown, RegExp][] = [
      [{ ...good, kind: 'word' }, /wrong\.jsonl:2: “kind” must be line or tail/],
      [{ ...good, middle: '' }, /“middle” must be/],
      [{ ...good, middles: ['a', 'b'], between: [] }, /“between” must be strings, one fewer/],
      [{ ...good, prefix: 1 }, /“prefix” must be a string/],
      [good, /same id/],
      [[], /“id” must be/],
    ];
    for (const [second, message] of cases) {
      writeFileSync(file, `${JSON.stringify(good)}\n${JSON.stringify(second)}\n`);
      assert.throws(() => readTasks(file), message);
    }
    writeFileSync(file, '{"id"');
    assert.throws(() => readTasks(file), /wrong\.jsonl:1: the line is not JSON/);
  });

  it('are drawn from held-out packages alone', async () => {
    const cache = join(folder, 'cache');
    const sources = [
      await cachePackage(join(cache, 'packages'), 'valid-one', { 'b.ts': code('b') }, { split: 'valid' }),
      await cachePackage(
        join(cache, 'packages'),
        'test-one',
        { 'a.ts': code('a'), 'b.ts': code('b') },
        { split: 'test' },
      ),
    ];
    // What is not in the cache would have to be downloaded, and is not there to be.
    const training = { ...sources[0]!, name: 'training-one', split: 'train' as const };
    const manifest = writeManifest(join(folder, 'manifest.json'), [training, ...sources]);
    const { signal } = new AbortController();
    const texts = (split: 'valid' | 'test') =>
      heldOutTexts({ split, debian: false, manifest, cache, signal });
    assert.deepEqual(
      (await texts('test')).map(({ path }) => path),
      ['test-one@1.0.0/a.ts', 'test-one@1.0.0/b.ts'],
    );
    assert.deepEqual(await texts('valid'), []);
  });
});
