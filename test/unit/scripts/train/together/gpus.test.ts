import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {
  countGpus,
  launchHiding,
  launchOnGpu,
  type Launch,
} from '../../../../../scripts/train/together/gpus';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';

function run({ command, args, env }: Launch, program: string, given: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(
    command,
    [...args, '--require', 'tsx/cjs', '--eval', program, ...given],
    { env: { ...process.env, ...env }, encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  return stdout;
}

const CONTENTS = `
  const contents = (files) => files.map((file) => fs.readFileSync(file, 'utf8')).join(' ');
  const files = process.argv.slice(1);`;

describe('a GPU for each training process', () => {
  it('hides the device files of the others, and shows its own to a process that one with another GPU starts', function () {
    const folder = temporaryFolder();
    const files = ['zero', 'one', 'two'].map((name) => {
      const file = path.join(folder, name);
      fs.writeFileSync(file, name);
      return file;
    });
    const first = launchHiding(files.slice(1), files[0]!);
    // Containers may not make namespaces.
    if (first === undefined) return this.skip();
    assert.equal(run(first, `${CONTENTS} console.log(contents(files))`, files), 'zero  \n');
    const second = `${CONTENTS}
      const { launchHiding } = require('${path.resolve('scripts/train/together/gpus')}');
      const { command, args } = launchHiding([files[0], files[2]], files[1]);
      const program = ${JSON.stringify(`${CONTENTS} console.log(contents(files))`)};
      const { spawnSync } = require('child_process');
      process.stdout.write(spawnSync(command, [...args, '--eval', program, ...files], { encoding: 'utf8' }).stdout);`;
    assert.equal(run(first, second, files), ' one \n');
    assert.deepEqual(
      files.map((file) => fs.readFileSync(file, 'utf8')),
      ['zero', 'one', 'two'],
    );
  });

  it('starts Node as it is where there are no two to choose from', function () {
    if (countGpus() > 1) return this.skip();
    assert.deepEqual(launchOnGpu(0), { command: process.execPath, args: [], env: {} });
  });
});
