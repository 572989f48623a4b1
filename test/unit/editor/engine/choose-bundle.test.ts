import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chooseBundle } from '../../../../src/editor/engine/choose-bundle';
import { EngineError } from '../../../../src/engine/index';
import { findBundledModels } from '../../../../src/engine/node';

describe('chooseBundle', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'llada-bundles-'));
  after(() => rmSync(root, { recursive: true }));
  const add = (...folder: string[]): string => {
    const bundle = path.join(root, ...folder);
    mkdirSync(bundle, { recursive: true });
    writeFileSync(path.join(bundle, 'config.json'), '{}');
    return bundle;
  };

  it('says what to do where there is none', () => {
    assert.throws(
      () => chooseBundle(findBundledModels(root), { path: '', provider: 'auto' }),
      (error) => error instanceof EngineError && error.code === 'bundle-missing',
    );
  });

  it('does not speak of folders where VS Code is a web page', () => {
    assert.throws(
      () => chooseBundle([], { path: '', provider: 'auto' }, { hasFolders: false }),
      (error) => error instanceof EngineError && !error.message.includes('llada.model.path'),
    );
  });

  it('takes int8 for the CPU, the master for a GPU, and what there is where there is no choice', () => {
    const master = add('models', 'small');
    add('models', 'zeta');
    assert.equal(chooseBundle(findBundledModels(root), { path: '', provider: 'cpu' }), master);
    const derived = add('dist', 'models', 'small-int8');
    assert.equal(chooseBundle(findBundledModels(root), { path: '', provider: 'cpu' }), derived);
    assert.equal(chooseBundle(findBundledModels(root), { path: '', provider: 'auto' }), derived);
    assert.equal(chooseBundle(findBundledModels(root), { path: '', provider: 'webgpu' }), master);
  });

  it('takes the folder that the settings name', () => {
    assert.equal(chooseBundle([], { path: '/my/bundle', provider: 'auto' }), '/my/bundle');
  });

  it('refuses such a folder where VS Code is a web page', () => {
    assert.throws(
      () => chooseBundle([], { path: '/my/bundle', provider: 'auto' }, { hasFolders: false }),
      (error) => error instanceof EngineError && /need VS Code on a desktop/.test(error.message),
    );
  });
});
