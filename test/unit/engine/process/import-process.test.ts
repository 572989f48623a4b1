import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ArchitectureUnknown, type ImportRequest } from '../../../../src/engine/contract/importing';
import { importInChild } from '../../../../src/engine/process/import-process';
import { temporaryFolder } from '../../../../scripts/tiny-bundle/tiny-bundle';
import {
  tinyCheckpoint,
  writeCheckpoint,
  type TestCheckpoint,
} from '../../../support/import/tiny-checkpoint';

/** As the build makes it. */
const SCRIPT = path.resolve('dist/import-host.js');

describe('importing in a process of its own', function () {
  this.timeout(30_000);

  function request(
    change: (checkpoint: TestCheckpoint) => void = () => undefined,
  ): ImportRequest & { root: string } {
    const root = temporaryFolder();
    const checkpoint = tinyCheckpoint();
    change(checkpoint);
    writeCheckpoint(path.join(root, 'Tiny'), checkpoint);
    return { root, source: path.join(root, 'Tiny'), out: path.join(root, 'out'), precision: 'f16' };
  }

  it('tells how far it is, and what was imported', async () => {
    const { root, ...wish } = request();
    let told = 0;
    const { name, parameters } = await importInChild(SCRIPT, wish, { onProgress: () => told++ });
    assert.deepEqual([name, parameters], ['Tiny', 109120]);
    assert.ok(told > 0);
    assert.deepEqual(fs.readdirSync(root), ['Tiny', 'out']);
  });

  it('asks for the architecture, with how to tell', async () => {
    const { out, ...wish } = request(({ config }) => {
      Object.assign(config, { model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'] });
    });
    await assert.rejects(importInChild(SCRIPT, { ...wish, out }), (error) => {
      assert.ok(error instanceof ArchitectureUnknown);
      assert.deepEqual(error.choices[0]?.name, 'open-dcoder');
      assert.match(error.choices[0].how, /model card/);
      return true;
    });
    await importInChild(SCRIPT, { ...wish, out, architecture: 'Open-dCoder' });
    assert.ok(fs.existsSync(path.join(out, 'config.json')));
  });

  it('says why a model is refused', async () => {
    const wish = request(({ config }) => (config['hidden_act'] = 'gelu'));
    await assert.rejects(importInChild(SCRIPT, wish), {
      code: 'import-refused',
      message: /config\.json: "hidden_act" is "gelu"/,
    });
  });

  it('leaves nothing when it is cancelled', async () => {
    const { root, ...wish } = request();
    const abort = new AbortController();
    const cancelled = importInChild(SCRIPT, wish, { signal: abort.signal, onProgress: () => abort.abort() });
    await assert.rejects(cancelled, { code: 'cancelled' }).catch((error: unknown) => {
      // It may have been quicker than that.
      assert.ok(fs.existsSync(wish.out), String(error));
    });
    assert.ok(fs.readdirSync(root).every((name) => !name.includes('.unfinished')));
    await assert.rejects(importInChild(SCRIPT, request(), { signal: AbortSignal.abort() }), {
      code: 'cancelled',
    });
  });

  it('says so when the process cannot do it', async () => {
    const script = path.join(temporaryFolder(), 'script.js');
    fs.writeFileSync(script, 'process.kill(process.pid, "SIGKILL")');
    await assert.rejects(importInChild(script, request()), {
      code: 'import-refused',
      message: /did not finish: it ended \(SIGKILL\).*try again/,
    });
  });
});
