import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryFolder, writeTinyBundle } from '../../../../../scripts/tiny-bundle/tiny-bundle';

/** The built command line and its engine process, in a folder that has only some of ONNX Runtime's packages. */
describe('ONNX Runtime without its native build', function () {
  this.timeout(60_000);
  const root = temporaryFolder();

  before(() => writeTinyBundle(path.join(root, 'tiny'), 'f32'));

  function install(name: string, packages: readonly string[]): string {
    const folder = path.join(root, name);
    for (const file of ['cli.js', 'engine-host.js'])
      fs.cpSync(path.resolve('dist', file), path.join(folder, 'dist', file));
    fs.mkdirSync(path.join(folder, 'node_modules'));
    for (const id of packages)
      fs.symlinkSync(path.resolve('node_modules', id), path.join(folder, 'node_modules', id), 'junction');
    return path.join(folder, 'dist/cli.js');
  }

  async function fill(
    cli: string,
    provider: string,
  ): Promise<{ code: number | null; out: string; err: string }> {
    const args = ['fill', '--jsonl', '--model', 'tiny', '--provider', provider];
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: root,
      env: { ...process.env, INIT_CWD: root },
    });
    const code = new Promise<number | null>((done, fail) => child.on('close', done).on('error', fail));
    child.stdin.end('{"id": 1, "prefix": "let x = ", "suffix": ";\\n", "maxTokens": 8}\n');
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, out, err };
  }

  it('fills through WebAssembly', async () => {
    const { code, out, err } = await fill(install('wasm', ['onnxruntime-web']), 'auto');
    assert.equal(code, 0, err);
    const { id, text: filled, steps } = JSON.parse(out) as { id: number; text: string; steps: number };
    assert.equal(id, 1);
    assert.ok(filled.length > 0 && steps > 0, out);
  });

  it('refuses a GPU there and says what to choose', async () => {
    const provider = process.platform === 'win32' ? 'dml' : 'webgpu';
    const { code, err } = await fill(install('gpu', ['onnxruntime-web']), provider);
    assert.equal(code, 1);
    assert.match(err, /"(webgpu|dml)" cannot be used here: WebAssembly has only the CPU\..*Choose "auto"/);
  });

  it('says which package to install where there is neither', async () => {
    const { code, err } = await fill(install('neither', []), 'auto');
    assert.equal(code, 1);
    assert.match(
      err,
      /ONNX Runtime cannot be loaded on .*onnxruntime-node.*Install the package .* universal/,
    );
  });
});
