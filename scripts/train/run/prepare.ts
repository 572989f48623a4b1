import fs from 'node:fs';
import path from 'node:path';
import type { TokenizerFile } from '../tokenizer/tokenizer-files';
import { buildCorpus } from '../corpus/build-corpus';
import { writeWhole } from '../corpus/json-lines';
import { readShards, type CorpusPart } from '../corpus/shards';
import type { CorpusReport } from '../corpus/types';
import type { TrainOptions } from '../settings/options';
import type { TrainingPreset } from '../settings/presets';
import { StageProgress } from '../report/progress';
import { readPack, writePack, type PackedCorpus } from '../samples/packed-corpus';
import { trainTokenizer } from '../tokenizer/train-bpe';

/** What training reads, all of it in the output folder's `training/`. */
export interface Prepared {
  readonly train: PackedCorpus;
  readonly valid: PackedCorpus;
  readonly tokenizer: TokenizerFile;
  /** Of the corpus: two runs with the same one saw the same texts. */
  readonly fingerprint: string;
}

interface Manifest {
  readonly fingerprint: string;
  /** The part of the corpus in `train.pack`; absent: all of it. */
  readonly part?: CorpusPart;
}

/**
 * Builds corpus, packs and tokenizer, or finds them built. A folder that another machine prepared is taken as it is,
 * so that a machine without network or package manager can train; only another part of its corpus, when asked for, is
 * packed in place of the present one.
 *
 * @param cache where downloads and the pinned corpus are kept between runs
 */
export async function prepare(
  options: TrainOptions,
  preset: TrainingPreset,
  cache: string,
  signal: AbortSignal,
): Promise<Prepared> {
  const files = filesIn(options.out);
  if (!fs.existsSync(files.manifest)) {
    fs.mkdirSync(path.dirname(files.manifest), { recursive: true });
    const { report, shards } = await corpus(options, preset, cache, signal);
    const into = path.dirname(files.tokenizer);
    if (options.init === undefined) await tokenizer(shards, into, preset.architecture.vocabulary, signal);
    else copyTokenizer(options.init, into);
    await writePack(files.valid, readShards(shards, 'valid'));
    await packTraining(shards, report.fingerprint, options);
  } else if (isOtherPart(options)) {
    const { report, shards } = await corpus(options, preset, cache, signal);
    if (report.fingerprint !== readManifest(options.out).fingerprint)
      throw new Error(
        `${files.train} is of another corpus than ${shards}, so no other part of it can be packed. Choose another --out.`,
      );
    await packTraining(shards, report.fingerprint, options);
  }
  const prepared = readPrepared(options.out);
  checkTokenizer(prepared.tokenizer, files.tokenizer, options, preset);
  return prepared;
}

async function packTraining(
  shards: string,
  fingerprint: string,
  { out, corpusPart }: TrainOptions,
): Promise<void> {
  const files = filesIn(out);
  await writePack(files.train, readShards(shards, 'train', corpusPart));
  const manifest: Manifest = { fingerprint, ...(corpusPart && { part: corpusPart }) };
  writeWhole(files.manifest, `${JSON.stringify(manifest)}\n`);
}

function isOtherPart({ out, corpusPart }: TrainOptions): boolean {
  const { part } = readManifest(out);
  return corpusPart !== undefined && (part?.part !== corpusPart.part || part.of !== corpusPart.of);
}

function readManifest(out: string): Manifest {
  return JSON.parse(fs.readFileSync(filesIn(out).manifest, 'utf8')) as Manifest;
}

/** A folder may have been prepared for another run, whose tokens mean nothing here. */
function checkTokenizer(
  { model }: TokenizerFile,
  file: string,
  { init }: TrainOptions,
  { name, architecture }: TrainingPreset,
): void {
  const advice = `Choose another --out, or remove ${path.dirname(path.dirname(file))}.`;
  const tokens = 1 + Object.values(model.vocab).reduce((a, b) => Math.max(a, b), 0);
  if (tokens > architecture.vocabulary)
    throw new Error(
      `${file} has ${tokens} tokens and “${name}” room for ${architecture.vocabulary}: it was made for another run. ${advice}`,
    );
  if (init !== undefined && !fs.readFileSync(file).equals(fs.readFileSync(path.join(init, 'tokenizer.json'))))
    throw new Error(`${file} is not the tokenizer of ${init}: it was made for another run. ${advice}`);
}

/** What an earlier run prepared in its output folder. @throws Error if a file is missing or not whole */
export function readPrepared(out: string): Prepared {
  const files = filesIn(out);
  const { fingerprint } = readManifest(out);
  return {
    train: readPack(files.train),
    valid: readPack(files.valid),
    tokenizer: JSON.parse(fs.readFileSync(files.tokenizer, 'utf8')) as TokenizerFile,
    fingerprint,
  };
}

/** Prepared files of an output folder; the manifest is written last. */
function filesIn(out: string): { manifest: string; train: string; valid: string; tokenizer: string } {
  const folder = path.join(out, 'training');
  return {
    manifest: path.join(folder, 'prepared.json'),
    train: path.join(folder, 'train.pack'),
    valid: path.join(folder, 'valid.pack'),
    tokenizer: path.join(folder, 'tokenizer', 'tokenizer.json'),
  };
}

async function corpus(
  options: TrainOptions,
  preset: TrainingPreset,
  cache: string,
  signal: AbortSignal,
): Promise<{ report: CorpusReport; shards: string }> {
  const pinned = options.data === undefined;
  const shards = pinned
    ? path.join(cache, `corpus-${preset.tier}`)
    : path.join(options.out, 'training', 'corpus');
  const progress = new StageProgress('corpus', 1);
  try {
    const report = await buildCorpus({
      source:
        options.data === undefined
          ? { kind: 'manifest', tier: preset.tier }
          : { kind: 'folder', folder: options.data },
      cache: path.join(cache, 'packages'),
      out: shards,
      onProgress: ({ done, total, stage, detail }) => progress.update(done, total, `${stage} ${detail}`),
      signal,
    });
    return { report, shards };
  } finally {
    progress.stop();
  }
}

/** A bundle's weights mean its own tokens. */
function copyTokenizer(bundle: string, into: string): void {
  fs.mkdirSync(into, { recursive: true });
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    fs.copyFileSync(path.join(bundle, name), path.join(into, name));
}

async function tokenizer(
  shards: string,
  out: string,
  vocabulary: number,
  signal: AbortSignal,
): Promise<void> {
  const progress = new StageProgress('tokenizer', vocabulary);
  try {
    await trainTokenizer(shards, out, {
      vocabulary,
      signal,
      onProgress: ({ stage, done, total }) => progress.update(done, total, stage),
    });
  } finally {
    progress.stop();
  }
}
