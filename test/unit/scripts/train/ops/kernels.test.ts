import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Outcome } from '../../../../gpu/suite';

const COMPILE = path.join(__dirname, '../../../../gpu/compile.ts');
const TEST_GPU = path.resolve('dist/test-gpu.js');

/** Dawn in a process of its own: if it dies, it takes nothing along. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const before = program.endsWith('.ts') ? ['--require', 'tsx/cjs'] : [];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...before, program, ...args],
      { env: { ...process.env, ...env }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        if (error === null || stdout !== '') resolve(stdout);
        else reject(new Error(`${program} failed: ${error.message}\n${stderr.slice(-2000)}`));
      },
    );
  });
}

/** Chromium's Vulkan driver for CPUs, and its loader, where Debian puts them. */
const CHROMIUM = '/usr/lib/chromium';
const DRIVER = path.join(CHROMIUM, 'vk_swiftshader_icd.json');

describe('WebGPU kernels', function () {
  // Compiling shaders for a CPU takes its time where others work beside.
  this.timeout(600_000);

  it('compile for a GPU with float16 and subgroup matrices', async () => {
    const { pipelines, products, problems } = JSON.parse(await run(COMPILE, [], {})) as {
      pipelines: number;
      products: number;
      problems: string[];
    };
    assert.deepEqual(problems, []);
    assert.ok(pipelines > 50 && products > 60, `${pipelines} pipelines, ${products} products`);
  });

  type Outcomes = Promise<(Outcome & { good: boolean })[]>;

  async function compute(args: readonly string[]): Outcomes {
    const env = { VK_DRIVER_FILES: DRIVER, VK_ICD_FILENAMES: DRIVER, LD_LIBRARY_PATH: CHROMIUM };
    return (await run(TEST_GPU, ['--software', '--json', ...args], env))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome & { good: boolean });
  }

  // Each takes one core for long: two of them go side by side.
  let f32: Outcomes;
  before(() => {
    if (!fs.existsSync(DRIVER)) return;
    f32 = compute(['--units', 'f32']);
    // Its test awaits it; until then a failure is not an unhandled one.
    f32.catch(() => undefined);
  });

  it('multiply matrices in every layout, tiles brought into workgroup memory in every way', async function () {
    if (!fs.existsSync(DRIVER)) this.skip();
    const outcomes = await compute(['--units', 'emulated', '--only', 'product']);
    assert.deepEqual(
      outcomes.filter(({ good }) => !good),
      [],
    );
    assert.ok(outcomes.some(({ name }) => name.includes('f16, two buffers')));
  });

  it('compute on a software adapter what their composites do, values and gradients', async function () {
    if (!fs.existsSync(DRIVER)) this.skip();
    const outcomes = await f32;
    assert.deepEqual(
      outcomes.filter(({ good }) => !good),
      [],
    );
    assert.ok(outcomes.some(({ name }) => name.includes('four training steps')));
    assert.ok(outcomes.some(({ name }) => name.includes('replayed steps')));
    assert.ok(outcomes.length > 15, `only ${outcomes.length} checks`);
  });

  it('compute the feed-forward part in one operation as in its parts, bit for bit', async function () {
    if (!fs.existsSync(DRIVER)) this.skip();
    const outcomes = await compute(['--units', 'emulated', '--only', 'feed-forward']);
    assert.equal(outcomes.length, 1);
    assert.deepEqual(
      outcomes.filter(({ good }) => !good),
      [],
    );
  });

  it('compute the fused attention, its matrix pieces emulated, over several tiles', async function () {
    if (!fs.existsSync(DRIVER)) this.skip();
    const outcomes = await compute(['--units', 'emulated', '--only', 'more than one tile']);
    assert.equal(outcomes.length, 1);
    assert.deepEqual(
      outcomes.filter(({ good }) => !good),
      [],
    );
  });
});
