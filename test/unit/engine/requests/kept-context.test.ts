import assert from 'node:assert/strict';
import { FolderFiles } from '../../../../src/engine/model/bundle/folder-files';
import { KeptContexts } from '../../../../src/engine/model/predictor/kept-contexts';
import { loadModel } from '../../../../src/engine/model/runtime/load-model';
import { NODE_MACHINE } from '../../../../src/engine/model/runtime/node-machine';
import { fill, readWholeContext } from '../../../../src/engine/requests/fill';
import { temporaryFolder, writeTinyBundle } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { WASM_MACHINE } from '../../../support/engine/wasm-machine';

describe('requests of somebody who types', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  before(() => writeTinyBundle(folder, 'f32'));

  for (const [name, machine] of [
    ['natively', NODE_MACHINE],
    ['as WebAssembly, as in a web worker', WASM_MACHINE],
  ] as const) {
    it(`keep their context from key to key (${name})`, async () => {
      const { runtime } = await loadModel(new FolderFiles(folder), machine, { provider: 'cpu', threads: 1 });
      const { kept } = runtime;
      assert.ok(kept instanceof KeptContexts);
      const request = { prefix: 'let a = 1;\nlet b', suffix: ';\n', maxTokens: 8, keptContext: 'file' };
      const typed = { ...request, prefix: `${request.prefix} = a` };
      assert.equal((await readWholeContext(runtime, request, undefined)).forwards, 1);
      assert.equal((await readWholeContext(runtime, request, undefined)).forwards, 0, 'it is there');
      for await (const step of fill(runtime, typed, undefined)) assert.ok(step.forwards > 0);
      assert.ok(kept.typedSince('file')! > 0, 'it is the one of before');
      assert.equal((await readWholeContext(runtime, typed, undefined)).forwards, 1);
      assert.equal(kept.typedSince('file'), 0);
      kept.forget('file');
      assert.equal(kept.typedSince('file'), undefined);
      await runtime.predictor.dispose();
    });
  }
});
