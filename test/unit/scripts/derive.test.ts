import assert from 'node:assert/strict';
import path from 'node:path';
import { readBundle } from '../../../src/engine/model/bundle/read-bundle';
import { temporaryFolder, writeTinyBundle } from '../../../scripts/tiny-bundle/tiny-bundle';
import { runCli } from '../../support/cli/run-cli';

describe('npm run derive', () => {
  const script = path.resolve('dist/derive.js');
  const folder = temporaryFolder();
  const derive = (...args: string[]): ReturnType<typeof runCli> => runCli(args, '', folder, script);

  before(() => writeTinyBundle(path.join(folder, 'master'), 'f16'));

  it('writes the form that is asked for, from where the user stands, once', async () => {
    const args = ['--precision', 'int4-blocks', '--model', 'master', '--out', 'forms/int4'];
    const first = await derive(...args);
    assert.equal(first.exitCode, 0, first.stderr);
    assert.match(first.stderr, /^Derived int4 in \d+ ms\.$/m);
    const { config } = await readBundle(path.join(folder, 'forms/int4'));
    assert.equal(config.precision, 'int4-blocks');
    assert.deepEqual(await derive(...args), { exitCode: 0, stdout: '', stderr: '' });
  });

  it('says what is missing or wrong', async () => {
    const half = await derive('--precision', 'int8-blocks');
    assert.equal(half.exitCode, 2);
    assert.match(half.stderr, /Give --precision, --model and --out together/);
    const unknown = await derive('--precision', 'int3', '--model', 'master', '--out', 'x');
    assert.equal(unknown.exitCode, 2);
    assert.match(unknown.stderr, /int4-blocks/);
    const nothing = await derive('--precision', 'int8', '--model', 'nowhere', '--out', 'x');
    assert.equal(nothing.exitCode, 1);
    assert.match(nothing.stderr, /There is no model bundle at .*nowhere/);
  });
});
