/** Short training runs that differ in one thing each: what `npm run ablate` measures. */
import fs from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { weightsSha256 } from '../../../src/engine/training';
import { activeGpu } from '../backend/gpu';
import { selectBackend } from '../backend/select';
import { writeWhole } from '../corpus/json-lines';
import { exportBundle } from '../bundle/export-bundle';
import { importBundle } from '../bundle/import-bundle';
import { learningRate } from '../settings/learning-rate';
import { mean } from '../report/mean';
import { Network } from '../network/network';
import { count } from '../settings/options';
import { readPrepared, type Prepared } from '../run/prepare';
import { PRESETS, type TrainingSettings } from '../settings/presets';
import { BatchStream } from '../samples/batch-stream';
import { stepsBeforeLastPhase, trainerOptions } from '../settings/settings';
import { Trainer } from '../run/trainer';
import { HeldOut } from './held-out';
import { ofTier } from './subset';
import { ablationTable, type AblationRow } from './table';
import { baseline, goingOn, LENGTH_VARIANTS, VARIANTS, type Variant } from './variants';

interface Options {
  readonly data: string;
  readonly out: string;
  readonly steps: number;
  readonly seconds: number;
  readonly samples: number;
  readonly only?: string;
  readonly init?: string;
  readonly bundles?: string;
  readonly tiny?: true;
}

async function main(): Promise<void> {
  const options = new Command('ablate')
    .description('Trains short runs that differ in one thing each and compares them on held-out text.')
    .requiredOption('--data <folder>', 'output folder of a training run, for its prepared corpus')
    .requiredOption('--out <file>', 'JSON file of the figures; variants that are in it are not run again')
    .option('--steps <n>', 'steps of each run', count, 800)
    .option('--samples <n>', 'held-out samples per language, seed and mask ratio', count, 64)
    .option('--seconds <n>', 'begin no run after this time', count, 1e6)
    .option('--only <names>', 'variants, separated by semicolons (default: all)')
    .option('--init <bundle>', 'go on from this bundle; variants are then of how length is taught')
    .option('--bundles <folder>', 'with --init: keep the bundle of each run here, to evaluate what it fills')
    .option('--tiny', 'a toy network, to try the program itself')
    .parse()
    .opts<Options>();
  const standsAt = process.env['INIT_CWD'] ?? process.cwd();
  const out = path.resolve(standsAt, options.out);
  const prepared = readPrepared(path.resolve(standsAt, options.data));
  const started = performance.now();
  const rows = fs.existsSync(out) ? (JSON.parse(fs.readFileSync(out, 'utf8')) as AblationRow[]) : [];
  const backend = await selectBackend('auto');
  const heldOut = new HeldOut(prepared, options.samples);
  const folder = options.init === undefined ? undefined : path.resolve(standsAt, options.init);
  const init = folder === undefined ? undefined : { ...(await importBundle(folder)), folder };
  const bundles = options.bundles && path.resolve(standsAt, options.bundles);
  for (const variant of chosen(options.only, init === undefined ? VARIANTS : LENGTH_VARIANTS)) {
    if (rows.some(({ name }) => name === variant.name)) continue;
    if ((performance.now() - started) / 1000 > options.seconds) break;
    const bundle = bundles && path.join(bundles, variant.name.replaceAll(' ', '-'));
    rows.push(await run(variant, settingsOf(options, variant, init), prepared, heldOut, init, bundle));
    writeWhole(out, `${JSON.stringify(rows, undefined, 1)}\n`);
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  process.stdout.write(`${ablationTable(rows)}\n`);
  backend.dispose();
}

function chosen(names: string | undefined, variants: readonly Variant[]): readonly Variant[] {
  if (names === undefined) return variants;
  return names.split(';').map((given) => {
    const variant = variants.find(({ name }) => name === given.trim());
    if (variant === undefined)
      throw new Error(
        `There is no variant “${given}”. There are: ${variants.map(({ name }) => name).join('; ')}.`,
      );
    return variant;
  });
}

/** A bundle that runs go on from. */
type Init = Awaited<ReturnType<typeof importBundle>> & { readonly folder: string };

function settingsOf({ steps, tiny }: Options, variant: Variant, init: Init | undefined): TrainingSettings {
  const change = variant.change ?? ((settings) => settings);
  if (init) {
    const { architecture, window } = init.config;
    const base = goingOn(steps);
    const batch = { ...base.batch, window, vocabulary: architecture.vocabulary };
    return change({ ...base, architecture, batch });
  }
  const base = baseline(steps);
  if (!tiny) return change(base);
  const architecture = { ...PRESETS.tiny.architecture, vocabulary: base.architecture.vocabulary };
  return change({ ...base, architecture, batch: { ...base.batch, batch: 4 } });
}

async function run(
  { name, about, tier, seed = 1 }: Variant,
  settings: TrainingSettings,
  { train, tokenizer }: Prepared,
  heldOut: HeldOut,
  init: Init | undefined,
  bundle: string | undefined,
): Promise<AblationRow> {
  const network = new Network(settings.architecture, seed);
  if (init) network.assignParameters(init.parameters);
  const trainer = new Trainer(network, trainerOptions(settings));
  const stream = new BatchStream(
    {
      corpus: tier === undefined ? train : ofTier(train, tier),
      tokenizer,
      config: settings.batch,
      seed,
      part: { each: 1, rank: 0, size: 1 },
      lateFrom: stepsBeforeLastPhase(settings),
    },
    0,
  );
  try {
    const losses: number[] = [];
    const start = performance.now();
    for (let step = 0; step < settings.steps; step++) {
      const { loss } = trainer.step(
        await stream.next(step),
        learningRate(step + 1, settings.steps, settings.schedule),
      );
      // Reading every loss would keep the device waiting.
      if (step % 10 === 9) losses.push(await loss);
    }
    const seconds = (performance.now() - start) / 1000;
    const bits = await trainer.withAverages(() => heldOut.bitsPerByte(trainer, settings));
    if (init && bundle) await keep(network, settings, init, bundle);
    const rowsPerStep = settings.batch.batch * settings.batch.window.rows;
    return {
      name,
      about,
      steps: settings.steps,
      tokens: settings.steps * rowsPerStep,
      parameters: [...network.parameters.values()].reduce((sum, { size }) => sum + size, 0),
      loss: mean(losses.slice(-Math.ceil(losses.length / 10))),
      losses,
      bits,
      tokensPerSecond: (settings.steps * rowsPerStep) / seconds,
    };
  } finally {
    await stream.close();
    trainer.dispose();
    network.dispose();
    await activeGpu()?.freeUnused();
  }
}

/** Writes a run's bundle, to be evaluated. How length and doubt were taught stands in its card. */
async function keep(
  network: Network,
  { steps, batch }: TrainingSettings,
  init: Init,
  out: string,
): Promise<void> {
  const { name, architecture, window, learned } = init.config;
  await exportBundle({
    parameters: network.parametersOf(await network.values()),
    architecture,
    window,
    learned: { ...learned, expand: true, remask: true },
    tokenizerFolder: init.folder,
    name: `${name}-ablation`,
    training: { steps, initWeights: weightsSha256(init.config) },
    card: `# ${path.basename(out)}\n\nOf a short run of \`npm run ablate\`: ${JSON.stringify(batch.lastPhase)}\n`,
    out,
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
