import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBundledModels } from '../../../../../src/engine/model/bundle/bundled-model';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';

function rootWith(...folders: string[]): string {
  const root = temporaryFolder();
  for (const folder of folders) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'config.json'), '{}');
  }
  return root;
}

describe('bundled models', () => {
  it('are what the build derived, then the masters, by name', () => {
    const root = rootWith('models/small', 'models/base', 'dist/models/small-int8', 'dist/models/base-int8');
    assert.deepEqual(findBundledModels(root), [
      { name: 'base', folder: join(root, 'dist/models/base-int8'), precision: 'int8' },
      { name: 'small', folder: join(root, 'dist/models/small-int8'), precision: 'int8' },
      { name: 'base', folder: join(root, 'models/base'), precision: 'f16' },
      { name: 'small', folder: join(root, 'models/small'), precision: 'f16' },
    ]);
  });

  it('are folders with a config.json; in dist/ their name ends with a precision', () => {
    const root = rootWith('dist/models/base', 'models/base');
    mkdirSync(join(root, 'models/empty'));
    writeFileSync(join(root, 'models/README.md'), '');
    assert.deepEqual(
      findBundledModels(root).map(({ folder }) => folder),
      [join(root, 'models/base')],
    );
  });

  it('may be none', () => {
    assert.deepEqual(findBundledModels(rootWith()), []);
  });
});
