import assert from 'node:assert/strict';
import { prefixWithTabs } from '../../../../scripts/evaluate/tabs';
import type { Task } from '../../../../scripts/evaluate/task';

const HELPER = 'export function countBooks(shelf) {\n  return shelf.books.length;\n}';

describe('other files of a package as tabs', () => {
  const task = (path: string): Task => ({
    id: 'a',
    kind: 'tail',
    lang: 'typescript',
    path,
    prefix: 'const many = countBooks(',
    middle: 'shelf)',
    suffix: ';\n',
  });
  const document = (path: string, text = HELPER) => ({ path, lang: 'typescript', text });

  it('are those of the same package, under their paths in it', () => {
    const prefixOf = prefixWithTabs([
      document('p@1.0.0/src/shelf.ts'),
      document('q@1.0.0/src/other.ts', `${HELPER}\n// of another package`),
    ]);
    assert.equal(
      prefixOf(task('p@1.0.0/src/a.ts')),
      `// src/shelf.ts\n${HELPER}\n\nconst many = countBooks(`,
    );
    assert.equal(prefixOf(task('r@1.0.0/src/a.ts')), 'const many = countBooks(');
  });

  it('are never the file itself, nor one that looks like a secret', () => {
    const prefixOf = prefixWithTabs([document('@a/p@1.0.0/a.ts'), document('@a/p@1.0.0/secrets.ts')]);
    assert.equal(prefixOf(task('@a/p@1.0.0/a.ts')), 'const many = countBooks(');
  });
});
