import assert from 'node:assert/strict';
import { loadModel } from '../../../../../src/engine/model/runtime/load-model';
import { FolderFiles } from '../../../../../src/engine/model/bundle/folder-files';
import { NODE_MACHINE } from '../../../../../src/engine/model/runtime/node-machine';
import { temporaryFolder, writeTinyBundle } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { WASM_MACHINE } from '../../../../support/engine/wasm-machine';

describe('a model in int8, for requests in the background', () => {
  const folder = temporaryFolder();
  before(() => writeTinyBundle(folder, 'int8'));

  for (const [name, machine, again] of [
    ['is opened once more natively', NODE_MACHINE, true],
    ['is not opened once more as WebAssembly, whose openings share their threads', WASM_MACHINE, false],
  ] as const) {
    it(name, async () => {
      const loaded = await loadModel(new FolderFiles(folder), machine, { provider: 'cpu', threads: 2 });
      assert.equal((await loaded.backgroundRuntime()) !== loaded.runtime, again);
    });
  }
});
