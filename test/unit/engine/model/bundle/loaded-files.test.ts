import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { openBundle } from '../../../../../src/engine/model/runtime/open-bundle';
import { FolderFiles } from '../../../../../src/engine/model/bundle/folder-files';
import { LoadedFiles } from '../../../../../src/engine/model/bundle/loaded-files';
import { temporaryFolder, writeTinyBundle } from '../../../../../scripts/tiny-bundle/tiny-bundle';

/** A bundle as a browser has it: no disk, no Node. */
describe('a bundle in memory', () => {
  const folder = temporaryFolder();
  let content: Map<string, Uint8Array<ArrayBuffer>>;

  before(async () => {
    await writeTinyBundle(folder, 'int8');
    content = new Map(
      fs.readdirSync(folder).map((name) => [name, new Uint8Array(fs.readFileSync(path.join(folder, name)))]),
    );
  });

  const check = (files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): ReturnType<typeof openBundle> =>
    openBundle(new LoadedFiles('https://some.where/tiny', files));

  it('passes the checks that one in a folder passes', async () => {
    const { config } = await check(content);
    assert.deepEqual(config, (await openBundle(new FolderFiles(folder))).config);
  });

  it('is refused where the page is not secure, in words that say so', async () => {
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
    try {
      await assert.rejects(check(content), { name: 'EngineError', message: /needs a secure \(https\) page/ });
    } finally {
      Reflect.deleteProperty(crypto, 'subtle');
    }
  });

  it('is refused when a byte of it has changed, where nothing is, and without one of its files', async () => {
    const weights = content.get('weights.bin')!.slice();
    weights[100]! ^= 1;
    await assert.rejects(check(new Map(content).set('weights.bin', weights)), {
      code: 'bundle-damaged',
      message: /^https:\/\/some\.where\/tiny\/weights\.bin .* does not match the SHA-256/,
    });
    await assert.rejects(check(new Map()), {
      code: 'bundle-missing',
      message: /nothing could be read there/,
    });
    const without = new Map(content);
    without.delete('weights.bin');
    await assert.rejects(check(without), { code: 'bundle-missing', message: /has no weights\.bin/ });
  });
});
