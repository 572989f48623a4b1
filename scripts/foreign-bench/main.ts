/** npm run bench:foreign -- --shape NAME: what an imported model of a shape costs here, with random weights. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command, Option } from 'commander';
import { exitCodeOf } from '../../src/cli/command-line/exit-code';
import { countFrom, providerOption, userPath, type EngineOptions } from '../../src/cli/command-line/options';
import type { Engine, FillRequest, Step } from '../../src/engine/index';
import { EngineClient, inChildProcess } from '../../src/engine/node';
import { FOREIGN_PRECISIONS, type ForeignPrecision, writeForeignBundle } from '../../src/engine/import';
import { median } from '../evaluate/intervals';
import { ROOT } from '../setup/paths';
import { randomSource, SHAPES, type ShapeName } from './random-source';

interface BenchOptions {
  readonly shape: ShapeName;
  readonly precision: ForeignPrecision;
  readonly provider: EngineOptions['provider'];
  readonly rounds: number;
  readonly masks: number;
  readonly keep?: string;
}

/** Forwards of a fill. */
const STEPS = 10;
/** Characters of the context, each a token. */
const CONTEXT = 448;

void exitCodeOf(async (signal) => {
  const command = new Command('bench:foreign')
    .description(
      'Measures an imported model of a shape with random weights: writing, load, context, step, fill.',
    )
    .exitOverride()
    .addOption(
      new Option('--shape <name>', 'of which network')
        .choices(Object.keys(SHAPES))
        .default('open-dcoder-0.5b'),
    )
    .addOption(
      new Option('--precision <name>', 'of the weights').choices(FOREIGN_PRECISIONS).default('int4-blocks'),
    )
    .option('--rounds <count>', 'fills', countFrom(1), 5)
    .option('--masks <count>', 'of each fill', countFrom(1), 64)
    .option('--keep <folder>', 'write the bundle there, or use the one that is there')
    .addOption(providerOption('cpu'))
    .parse(process.argv);
  const options = command.opts<BenchOptions>();
  const parent = await mkdtemp(path.join(os.tmpdir(), 'llada-foreign-bench-'));
  const folder = options.keep === undefined ? path.join(parent, 'bundle') : userPath(options.keep);
  try {
    await write(folder, options, signal);
    await measure(folder, options, signal);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}).then((exitCode) => (process.exitCode = exitCode));

async function write(folder: string, { shape, precision }: BenchOptions, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  try {
    await writeForeignBundle(randomSource(shape), folder, { precision, name: shape, signal });
  } catch (error) {
    if (!(error as Error).message.includes('is not empty')) throw error;
    console.log(`${folder} is used as it is`);
    return;
  }
  const peak = process.resourceUsage().maxRSS / 1e6;
  console.log(`written in ${seconds(started)} s, ${peak.toFixed(2)} GB at most`);
}

async function measure(folder: string, options: BenchOptions, signal: AbortSignal): Promise<void> {
  const { provider, rounds, masks } = options;
  const started = performance.now();
  const host = path.join(ROOT, 'dist/engine-host.js');
  const engine = await EngineClient.start(inChildProcess(host, folder), { provider });
  try {
    console.log(`loaded in ${seconds(started)} s on ${engine.info.provider}`);
    const text = 'abcdefghijklmnopqrstuvwxyz0123456789 .,;:'.repeat(20).slice(0, CONTEXT);
    const request: FillRequest = {
      prefix: text.slice(0, CONTEXT / 2),
      suffix: text.slice(CONTEXT / 2),
      holes: [{ tokens: masks }],
      steps: STEPS,
      threshold: 0,
    };
    for (const exact of [false, true]) {
      const fills: number[][] = [];
      // The first is a warm-up.
      for (let round = 0; round <= rounds; round++) {
        const steps = await all(engine, { ...request, exact }, signal);
        if (round > 0) fills.push(steps.map(({ ms }) => ms));
      }
      const forward = (from: number): number => median(fills.map((ms) => ms[from + 1]! - ms[from]!));
      console.log(
        `${exact ? 'exact' : 'kept '}: fill ${median(fills.map((ms) => ms.at(-1)!)).toFixed(0)} ms, ` +
          `first forward ${forward(0).toFixed(0)} ms, second ${forward(1).toFixed(0)} ms ` +
          `(medians of ${rounds}, ${STEPS} forwards, ${masks} masks, ${CONTEXT} tokens around)`,
      );
    }
    const { peakBytes } = await engine.stats();
    console.log(`the engine has held ${(peakBytes / 1e9).toFixed(2)} GB at most`);
  } finally {
    await engine.dispose();
  }
}

async function all(engine: Engine, request: FillRequest, signal: AbortSignal): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of engine.fill(request, { signal })) steps.push(step);
  return steps;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
