/** `npm run bench:train`: how fast the trainer is on this machine's GPU, and whether its kernels are right there. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import type { Architecture } from '../../../src/engine/training';
import { activeGpu } from '../backend/gpu';
import { selectBackend, type BackendName } from '../backend/select';
import { OPTIMIZERS, type OptimizerName } from '../run/optimizer';
import { count } from '../settings/options';
import { PRESETS } from '../settings/presets';
import { FEED_FORWARD } from '../ops/feed-forward/feed-forward';
import { chooseVariant, TILE_VARIANTS } from '../ops/gemm/variants';
import { runOnFirstGpu } from '../together/gpus';
import { joinTeam, Team } from '../together/team';
import { measureGrowth, GROWN } from './growth';
import { Log } from './log';
import { timeMatmul, timeMultiply, type MatmulCase } from './matmul';
import { logMatmulChecks } from './matmul-check';
import type { BatchShape } from './synthetic';
import { timeTogether } from './together';
import { compareUnits, timeTraining } from './training';
import { timeUpdates } from './update';

interface Options {
  readonly backend: BackendName;
  readonly out?: string;
  readonly versus?: string;
  readonly tiny?: true;
  readonly batch: string;
  readonly steps: string;
  readonly skip: string;
  readonly products?: string;
  readonly optimizer: OptimizerName;
  readonly gpus?: number;
}

const BASE = PRESETS.base.architecture;
const TINY: Architecture = {
  ...BASE,
  layers: 1,
  width: 32,
  heads: 2,
  headWidth: 16,
  swiglu: 40,
  vocabulary: 64,
};

async function main(): Promise<void> {
  const options = new Command('bench:train')
    .description('Measures the trainer on the 32 M-parameter network at 512 tokens.')
    .option('--backend <name>', 'auto, webgpu or cpu', 'auto')
    .option('--out <file>', 'also write every line to this file, and the figures to FILE.json')
    .option('--versus <file>', "figures of torch_baseline.py to set beside the trainer's")
    .option('--batch <n>', 'samples per step', '64')
    .option('--steps <n>', 'steps to train', '20')
    .option('--skip <parts>', 'comma-separated: check, matmul, train, f32, parts, update, growth', '')
    .option('--products <variant>', 'a row of the table of matrix products: how training is to multiply')
    .addOption(
      new Option('--optimizer <name>', 'what training updates matrices by')
        .choices(OPTIMIZERS)
        .default('muon'),
    )
    .option(
      '--gpus <n>',
      'instead: time steps of 131,072 positions of 12 × 640 on one GPU and on this many',
      count,
    )
    .option('--tiny', 'a toy network and toy matrices, to try the bench itself')
    .parse()
    .opts<Options>();
  const standsAt = process.env['INIT_CWD'] ?? process.cwd();
  if (options.products !== undefined) chooseVariant(options.products);
  const resolve = (given: string): string => path.resolve(standsAt, given);
  const out = options.out === undefined ? undefined : resolve(options.out);
  if (options.gpus !== undefined) return compareGpus(options, options.gpus, out);
  const log = new Log(out);
  const started = performance.now();
  const backend = await selectBackend(options.backend);
  log.line(`backend ${backend.name}: ${backend.description}, Node ${process.version}`);
  const skipped = new Set(options.skip.split(','));
  const small = options.tiny === true;
  const config = small ? TINY : BASE;
  const shape = shapeOf(options, config);
  const gpu = activeGpu();
  if (gpu !== undefined) {
    const { limits } = gpu.device;
    log.line(
      `limits: workgroup memory ${limits.maxComputeWorkgroupStorageSize}, binding ${limits.maxStorageBufferBindingSize}, buffer ${limits.maxBufferSize}, storage buffers ${limits.maxStorageBuffersPerShaderStage}`,
    );
    log.line(`features: ${JSON.stringify(gpu.capabilities)}`);
    const own = gpu.matrixUnit;
    if (!skipped.has('check')) {
      const sizes = [
        [129, 67, 45],
        [1, 64, 7],
        [200, 100, 300],
        [256, 160, 192],
        [64, 2048, 64],
      ] as const;
      const right = await logMatmulChecks(
        gpu,
        log,
        own === 'f32' ? ['f32'] : [own, 'f32'],
        small
          ? [
              [9, 7, 5],
              [40, 20, 36],
            ]
          : sizes,
      );
      log.line(right ? 'matrix products are right' : 'MATRIX PRODUCTS ARE WRONG');
    }
    if (!skipped.has('matmul') && own !== 'f32') {
      const cases = matmulCases(shape.batch * shape.length);
      await timeMatmul(gpu, log, cases, TILE_VARIANTS);
      await timeMultiply(gpu, log, cases);
    }
  }
  const figures = {
    adapter: backend.description,
    batch: shape.batch,
    runs: {} as Record<string, unknown>,
    growth: [] as unknown[],
    updates: [] as unknown[],
  };
  let stepMilliseconds: number | undefined;
  if (!skipped.has('train')) {
    const length = { steps: small ? 4 : Number(options.steps), optimizer: options.optimizer };
    const speeds =
      gpu === undefined
        ? new Map([['cpu', await timeTraining(log, 'train cpu', config, shape, length)]])
        : await compareUnits(log, gpu, config, shape, length, !skipped.has('f32'));
    figures.runs = Object.fromEntries(speeds);
    stepMilliseconds = [...speeds.values()][0]!.millisecondsPerStep;
    if (gpu !== undefined && !skipped.has('parts')) {
      FEED_FORWARD.fused = false;
      const name = 'train, feed-forward in parts';
      figures.runs = { ...figures.runs, parts: await timeTraining(log, name, config, shape, length) };
      FEED_FORWARD.fused = true;
    }
    if (options.versus !== undefined)
      compareWithTorch(log, resolve(options.versus), [...speeds.values()][0]!.tokensPerSecond);
  }
  if (gpu !== undefined && !skipped.has('update'))
    figures.updates = await timeUpdates(
      log,
      gpu,
      small ? [['tiny', TINY]] : [['8 × 512', BASE], ...Object.entries(GROWN)],
      shape,
      (network, optimizer) =>
        network === (small ? 'tiny' : '8 × 512') && optimizer === options.optimizer
          ? stepMilliseconds
          : undefined,
    );
  if (gpu !== undefined && !small && !skipped.has('growth'))
    figures.growth = await measureGrowth(log, shape.batch * shape.length, 8, shape);
  if (out !== undefined) writeFileSync(`${out}.json`, JSON.stringify(figures, undefined, 2));
  log.line(`bench took ${((performance.now() - started) / 1000).toFixed(1)} s`);
  backend.dispose();
}

function shapeOf({ tiny, batch }: Options, { vocabulary }: Architecture): BatchShape {
  const size = tiny ? { batch: 2, length: 24 } : { batch: Number(batch), length: 512 };
  return { ...size, vocabulary, holeShare: 0.4, predictedShare: 0.3 };
}

/** `--gpus N`: this program runs in N processes. */
async function compareGpus(options: Options, size: number, out: string | undefined): Promise<void> {
  const follower = joinTeam();
  if (follower === undefined && (await runOnFirstGpu())) return;
  const team = follower ?? new Team({ size, program: process.argv[1]!, args: process.argv.slice(2) });
  try {
    const backend = await selectBackend(options.backend);
    const config = options.tiny ? TINY : GROWN['12 × 640'];
    const log = follower ? undefined : new Log(out);
    log?.line(`backend ${backend.name}: ${backend.description}, ${size} processes`);
    const steps = options.tiny ? 4 : Number(options.steps);
    const { optimizer } = options;
    const batches = Math.ceil(4 / size) * size;
    await timeTogether(log, team, { config, shape: shapeOf(options, config), steps, optimizer, batches });
    backend.dispose();
  } finally {
    if (team instanceof Team) team.stop();
  }
}

function matmulCases(rows: number): MatmulCase[] {
  return [
    { name: 'NN 512→512', form: 'NN', size: [rows, 512, 512] },
    { name: 'NN 512→1408', form: 'NN', size: [rows, 512, 1408] },
    { name: 'NT 1408→512', form: 'NT', size: [rows, 1408, 512] },
    { name: 'NT 512→512', form: 'NT', size: [rows, 512, 512] },
    { name: 'TN 512×512', form: 'TN', size: [512, rows, 512] },
    { name: 'TN 512×1408', form: 'TN', size: [512, rows, 1408] },
    { name: 'NT head', form: 'NT', size: [4096, 512, 12288] },
    { name: 'NN head', form: 'NN', size: [4096, 12288, 512] },
    { name: 'TN head', form: 'TN', size: [12288, 4096, 512] },
  ];
}

function compareWithTorch(log: Log, file: string, tokensPerSecond: number): void {
  const torch = JSON.parse(readFileSync(file, 'utf8')) as {
    runs: Record<string, { tokensPerSecond?: number; error?: string }>;
  };
  const rows = Object.entries(torch.runs).map(([name, run]) =>
    run.tokensPerSecond === undefined
      ? [`PyTorch ${name}`, 'failed', '']
      : [
          `PyTorch ${name}`,
          String(Math.round(run.tokensPerSecond)),
          (tokensPerSecond / run.tokensPerSecond).toFixed(2),
        ],
  );
  log.table([
    ['', 'tokens/s', 'this trainer is × of it'],
    ['this trainer', String(Math.round(tokensPerSecond)), ''],
    ...rows,
  ]);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
