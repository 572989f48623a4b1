/** Short training runs that differ in one thing each: what `npm run ablate` measures. */
import { Command } from 'commander';
import fs from 'node:fs';
import path from 'node:path';
import { FastBpe } from '../../../src/engine/text/bpe';
import { tokenBytes } from '../../../src/engine/text/token-bytes';
import { activeGpu } from '../backend/gpu';
import { selectBackend } from '../backend/select';
import { writeWhole } from '../corpus/json-lines';
import { learningRate } from '../learning-rate';
import { Network } from '../network';
import { count } from '../options';
import { readPrepared, type Prepared } from '../prepare';
import { PRESETS, type TrainingPreset } from '../presets';
import { buildGridBatch } from '../samples/batch';
import { BatchStream } from '../samples/batch-stream';
import type { PackedCorpus } from '../samples/packed-corpus';
import { stepsBeforeLastPhase, trainerOptions } from '../settings';
import { Trainer } from '../trainer';
import { T_GRID } from '../validation';
import { ofTier, subset } from './subset';
import { ablationTable, type AblationRow } from './table';
import { baseline, VARIANTS, type Variant } from './variants';

interface Options {
  readonly data: string;
  readonly out: string;
  readonly steps: number;
  readonly seconds: number;
  readonly samples: number;
  readonly only?: string;
  readonly tiny?: true;
}

/** Held-out bits per byte are told apart by language. */
const GROUPS = ['typescript', 'javascript', 'python', 'rest'] as const;
const GRID_SEEDS = [11, 12];

async function main(): Promise<void> {
  const options = new Command('ablate')
    .description('Trains short runs that differ in one thing each and compares them on held-out text.')
    .requiredOption('--data <folder>', 'output folder of a training run, for its prepared corpus')
    .requiredOption('--out <file>', 'JSON file of the figures; variants that are in it are not run again')
    .option('--steps <n>', 'steps of each run', count, 800)
    .option('--samples <n>', 'held-out samples per language, seed and mask ratio', count, 64)
    .option('--seconds <n>', 'begin no run after this time', count, 1e6)
    .option('--only <names>', 'variants, separated by semicolons (default: all)')
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
  for (const variant of chosen(options.only)) {
    if (rows.some(({ name }) => name === variant.name)) continue;
    if ((performance.now() - started) / 1000 > options.seconds) break;
    rows.push(await run(variant, settings(options, variant), prepared, heldOut));
    writeWhole(out, `${JSON.stringify(rows, undefined, 1)}\n`);
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  process.stdout.write(`${ablationTable(rows)}\n`);
  backend.dispose();
}

function chosen(names: string | undefined): readonly Variant[] {
  if (names === undefined) return VARIANTS;
  return names.split(';').map((given) => {
    const variant = VARIANTS.find(({ name }) => name === given.trim());
    if (variant === undefined)
      throw new Error(
        `There is no variant “${given}”. There are: ${VARIANTS.map(({ name }) => name).join('; ')}.`,
      );
    return variant;
  });
}

function settings({ steps, tiny }: Options, variant: Variant): TrainingPreset {
  const base = baseline(steps);
  const small: TrainingPreset = {
    ...base,
    architecture: { ...PRESETS.tiny.architecture, vocabulary: base.architecture.vocabulary },
    batch: { ...base.batch, batch: 4 },
  };
  const from = tiny === true ? small : base;
  return variant.change?.(from) ?? from;
}

async function run(
  { name, about, tier, seed = 1 }: Variant,
  preset: TrainingPreset,
  { train, tokenizer }: Prepared,
  heldOut: HeldOut,
): Promise<AblationRow> {
  const network = new Network(preset.architecture, seed);
  const trainer = new Trainer(network, trainerOptions(preset));
  const stream = new BatchStream(
    {
      corpus: tier === undefined ? train : ofTier(train, tier),
      tokenizer,
      config: preset.batch,
      seed,
      part: { each: 1, rank: 0, size: 1 },
      lateFrom: stepsBeforeLastPhase(preset),
    },
    0,
  );
  try {
    const losses: number[] = [];
    const start = performance.now();
    for (let step = 0; step < preset.steps; step++) {
      const { loss } = trainer.step(
        await stream.next(step),
        learningRate(step + 1, preset.steps, preset.schedule),
      );
      // Reading every loss would keep the device waiting.
      if (step % 10 === 9) losses.push(await loss);
    }
    const seconds = (performance.now() - start) / 1000;
    const bits = await trainer.withAverages(() => heldOut.bitsPerByte(trainer, preset));
    const rowsPerStep = preset.batch.batch * preset.batch.window.rows;
    return {
      name,
      about,
      steps: preset.steps,
      tokens: preset.steps * rowsPerStep,
      parameters: [...network.parameters.values()].reduce((sum, { size }) => sum + size, 0),
      loss: mean(losses.slice(-Math.ceil(losses.length / 10))),
      bits,
      tokensPerSecond: (preset.steps * rowsPerStep) / seconds,
    };
  } finally {
    await stream.close();
    trainer.dispose();
    network.dispose();
    await activeGpu()?.freeUnused();
  }
}

/** The same held-out holes for every run. */
class HeldOut {
  readonly #groups: ReadonlyMap<string, PackedCorpus>;
  readonly #encode: (text: string) => number[];
  readonly #bytes: readonly number[];

  constructor(
    { valid, tokenizer }: Prepared,
    readonly samples: number,
  ) {
    const groupOf = (lang: string): string => GROUPS.find((group) => group === lang) ?? 'rest';
    this.#groups = new Map(
      GROUPS.map((group) => [group, subset(valid, ({ lang }) => groupOf(lang) === group)]),
    );
    const bpe = new FastBpe(tokenizer);
    this.#encode = (text) => bpe.encode(text);
    this.#bytes = tokenBytes(tokenizer).map(({ length }) => length);
  }

  /** Bits per byte of holes in their context, by language: the mean over a grid of mask ratios. */
  async bitsPerByte(trainer: Trainer, preset: TrainingPreset): Promise<AblationRow['bits']> {
    const bits: Record<string, number> = {};
    for (const [group, corpus] of this.#groups) {
      if (corpus.documents.length === 0) continue;
      const from = { corpus, encode: this.#encode, bytes: this.#bytes };
      const losses: number[] = [];
      for (const seed of GRID_SEEDS) {
        for (const t of T_GRID) {
          const batch = buildGridBatch(from, { ...preset.batch, batch: this.samples }, t, seed);
          losses.push(await trainer.evaluate(batch));
        }
      }
      bits[group] = mean(losses);
    }
    return bits;
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
