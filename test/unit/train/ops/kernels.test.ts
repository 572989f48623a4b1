import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Outcome } from '../../../gpu/suite';

/** Dawn in a process of its own: if it dies, it takes nothing along. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  const file = path.join(__dirname, '../../../gpu', program);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', 'tsx/cjs', file, ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  assert.ok(status === 0 || stdout !== '', `${program} ended with ${status}:\n${stderr.slice(-2000)}`);
  return stdout;
}

/** Chromium's Vulkan driver for CPUs, and its loader, where Debian puts them. */
const CHROMIUM = '/usr/lib/chromium';
const DRIVER = path.join(CHROMIUM, 'vk_swiftshader_icd.json');

describe('WebGPU kernels', function () {
  // Compiling shaders for a CPU takes its time where others work beside.
  this.timeout(600_000);

  it('compile for a GPU with float16 and subgroup matrices', () => {
    const { pipelines, products, problems } = JSON.parse(run('compile.ts', [], {})) as {
      pipelines: number;
      products: number;
      problems: string[];
    };
    assert.deepEqual(problems, []);
    assert.ok(pipelines > 50 && products > 60, `${pipelines} pipelines, ${products} products`);
  });

  function compute(args: readonly string[]): (Outcome & { good: boolean })[] {
    const env = { VK_DRIVER_FILES: DRIVER, VK_ICD_FILENAMES: DRIVER, LD_LIBRARY_PATH: CHROMIUM };
    return run('main.ts', ['--software', '--json', ...args], env)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome & { good: boolean });
  }

  it('multiply matrices in every layout, tiles brought into workgroup memory in every way', function () {
    if (!fs.existsSync(DRIVER)) this.skip();
    const outcomes = compute(['--units', 'emulated', '--only', 'product']);
    assert.deepEqual(
      outcomes.filter(({ good }) => !good),
      [],
    );
    assert.ok(outcomes.some(({ name }) => name.includes('f16, two buffers')));
  });

  it('compute on a software adapter what their composites do, values and gradients', function () {
    if (!fs.existsSync(DRIVER)) this.skip();
    const outcomes = compute(['--units', 'f32']);
    assert.deepEqual(
      outcomes.filter(({ good }) => !good),
      [],
    );
    assert.ok(outcomes.some(({ name }) => name.includes('four training steps')));
    assert.ok(outcomes.some(({ name }) => name.includes('replayed steps')));
    assert.ok(outcomes.length > 15, `only ${outcomes.length} checks`);
  });

  it('compute the fused attention, its matrix pieces emulated, over several tiles', function () {
    if (!fs.existsSync(DRIVER)) this.skip();
    const outcomes = compute(['--units', 'emulated', '--only', 'more than one tile']);
    assert.equal(outcomes.length, 1);
    assert.deepEqual(
      outcomes.filter(({ good }) => !good),
      [],
    );
  });
});
