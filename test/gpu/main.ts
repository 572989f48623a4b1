/** npm run test:gpu: the kernels on this machine's GPU. Needs no test runner, so that one file and Node are enough. */
import { Command } from 'commander';
import { activeGpu, type MatrixUnit } from '../../scripts/train/backend/gpu';
import { openDawn } from '../../scripts/train/backend/dawn';
import { startWebgpu } from '../../scripts/train/backend/webgpu';
import { checkAveraging } from './averaging';
import { checkFeedForward } from './feed-forward';
import { checkReplay } from './replay';
import { compareTraining, runSuite, type Outcome } from './suite';

interface Options {
  readonly software: boolean;
  readonly json: boolean;
  readonly units?: string;
  readonly only?: string;
}

async function main(): Promise<number> {
  const {
    software,
    json,
    units: wanted,
    only,
  } = new Command('test:gpu')
    .description('Runs every WebGPU kernel of the trainer on a GPU and compares it with double precision.')
    .option('--software', 'take an adapter that runs on the CPU too', false)
    .option('--units <list>', 'what multiplies matrices: subgroup, f32, emulated (default: all there are)')
    .option(
      '--only <words>',
      'run the operations alone whose name has these words; "product" for bare matrix products, "feed-forward"',
    )
    .option('--json', 'print a line of JSON for each check', false)
    .parse()
    .opts<Options>();
  const dawn = await openDawn({ software, validate: true });
  if (dawn === undefined) {
    process.stderr.write(
      'No WebGPU adapter was found. On Linux install a Vulkan driver and its loader (Debian: libvulkan1); --software takes one that runs on the CPU.\n',
    );
    return 2;
  }
  let deviceErrors = 0;
  dawn.device.addEventListener('uncapturederror', () => deviceErrors++);
  await startWebgpu(dawn);
  const native = activeGpu()!.capabilities.subgroupMatrices;
  const all: MatrixUnit[] = native ? ['subgroup', 'f32', 'emulated'] : ['f32', 'emulated'];
  const units = all.filter((unit) => wanted === undefined || wanted.split(',').includes(unit));
  if (units.length === 0) throw new Error(`there is nothing to test: this device has ${all.join()}`);
  if (!json) console.log(`${dawn.name}: ${units.join(', ')}`);
  const failed: Outcome[] = [];
  let checks = 0;
  const report = (outcome: Outcome): void => {
    const { name, errors, allowed } = outcome;
    const good = errors.every((error) => error <= allowed);
    checks++;
    if (!good) failed.push(outcome);
    if (json) console.log(JSON.stringify({ ...outcome, good }));
    else
      console.log(
        `${good ? 'ok  ' : 'FAIL'} ${name}  ${errors.map((error) => error.toExponential(1)).join(' ')}`,
      );
  };
  await runSuite(units, report, only);
  if (only === undefined || only === 'feed-forward')
    for (const unit of units.filter((which) => which !== 'f32')) report(await checkFeedForward(unit));
  if (only === undefined) {
    await checkAveraging(report);
    await checkReplay(report);
    for (const unit of units)
      for (const half of unit === 'f32' ? [false] : [false, true]) report(await compareTraining(unit, half));
  }
  if (!json)
    console.log(
      `${checks - failed.length} passed, ${failed.length} failed, ${deviceErrors} errors of the device`,
    );
  return failed.length > 0 || deviceErrors > 0 ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
