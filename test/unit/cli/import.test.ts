import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../../../scripts/tiny-bundle/tiny-bundle';
import { CLI, runCli } from '../../support/cli/run-cli';
import { LocalHub } from '../../support/import/local-hub';
import { tinyCheckpoint, TWO_SHARDS, writeCheckpoint } from '../../support/import/tiny-checkpoint';

/** The built command line, in a process of its own. */
describe('npm run import', function () {
  this.timeout(60_000);
  let root: string;
  beforeEach(() => (root = temporaryFolder()));

  it('makes a bundle of a folder, says what it is, and fills with it', async () => {
    const checkpoint = tinyCheckpoint();
    checkpoint.files['README.md'] = '---\nlicense: apache-2.0\n---\n';
    writeCheckpoint(path.join(root, 'Tiny-Dream'), checkpoint);
    const imported = await runCli(['import', 'Tiny-Dream', '--out', 'bundle', '--name', 'Mine'], '', root);
    assert.equal(imported.exitCode, 0, imported.stderr);
    assert.equal(imported.stdout, `${path.join(root, 'bundle')}\n`);
    assert.match(imported.stderr, /^Mine: dream, 0\.1 M parameters, int8-blocks\n/);
    assert.match(imported.stderr, /mask 266, end 264, logits shifted by one\n.*\n {2}licence: apache-2\.0\n/);
    assert.match(imported.stderr, /npm run fill -- FILE --range 1:1-1:5 --model bundle\n$/);

    fs.writeFileSync(path.join(root, 'a.ts'), 'const a = 1;\n');
    const filled = await runCli(
      ['fill', 'a.ts', '--range', '1:11-1:12', '--model', 'bundle', '--provider', 'cpu'],
      '',
      root,
    );
    assert.equal(filled.exitCode, 0, filled.stderr);
    assert.match(filled.stderr, /cpu · Mine \(int8-blocks\)/);
  });

  it('asks for the architecture, knows it by a model’s name, and refuses another', async () => {
    const checkpoint = tinyCheckpoint();
    Object.assign(checkpoint.config, { model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'] });
    writeCheckpoint(path.join(root, 'Coder'), checkpoint);
    const run = (...more: string[]): ReturnType<typeof runCli> =>
      runCli(['import', 'Coder', '--out', 'bundle', ...more], '', root);
    const asked = await run();
    assert.equal(asked.exitCode, 1);
    assert.match(asked.stderr, /^error: config\.json: .*--architecture open-dcoder \(/);
    assert.match((await run('--architecture', 'bert')).stderr, /Allowed choices are llada, dream,/);
    assert.ok(!fs.existsSync(path.join(root, 'bundle')));
    assert.equal((await run('--architecture', 'Open-dCoder')).exitCode, 0);
    assert.match((await run()).stderr, /not empty\. Remove it, or name another folder/);
  });

  it('takes an id for a folder that is not there, where it cannot be one', async () => {
    assert.match(
      (await runCli(['import', './no/where', '--out', 'bundle'], '', root)).stderr,
      /There is no folder .*no\/where to import from/,
    );
    assert.equal((await runCli(['import', 'Tiny'], '', root)).exitCode, 2);
  });

  it('ends at Ctrl-C with nothing half-made, and goes on the next time', async () => {
    const hub = await LocalHub.start();
    const before = process.env['HF_ENDPOINT'];
    process.env['HF_ENDPOINT'] = hub.url;
    try {
      writeCheckpoint(path.join(root, 'Tiny'), tinyCheckpoint(), { shards: TWO_SHARDS });
      const names = fs.readdirSync(path.join(root, 'Tiny'));
      hub.files.set(
        'a/Tiny',
        new Map(names.map((name) => [name, fs.readFileSync(path.join(root, 'Tiny', name))])),
      );
      const [first] = Object.keys(TWO_SHARDS) as [string];
      hub.misbehaves.set(first, ['stall']);
      const args = ['import', 'a/Tiny', '--out', path.join(root, 'bundle')];
      const child = spawn(process.execPath, [CLI, ...args], { cwd: root, stdio: 'ignore' });
      const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
      const part = path.join(root, 'bundle.download', hub.commit, `${first}.part`);
      while (!(fs.existsSync(part) && fs.statSync(part).size > 0))
        await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill('SIGINT');
      assert.equal(await ended, 130);
      assert.deepEqual(fs.readdirSync(root), ['Tiny', 'bundle.download']);
      assert.equal((await runCli(args, '', root)).exitCode, 0);
      assert.deepEqual(fs.readdirSync(root), ['Tiny', 'bundle']);
    } finally {
      hub.stop();
      if (before === undefined) Reflect.deleteProperty(process.env, 'HF_ENDPOINT');
      else process.env['HF_ENDPOINT'] = before;
    }
  });
});
