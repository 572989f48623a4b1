import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { TokenizerFile } from '../tokenizer/tokenizer-files';
import { buildCorpus } from '../corpus/build-corpus';
import { writeWhole } from '../corpus/json-lines';
import { readShards, type CorpusPart } from '../corpus/shards';
import type { CorpusReport } from '../corpus/types';
import type { TrainOptions } from '../settings/options';
import type { TrainingSettings } from '../settings/presets';
import { StageProgress } from '../report/progress';
import { readPack, writePack, type PackedCorpus } from '../samples/packed-corpus';
import { trainTokenizer } from '../tokenizer/train-bpe';

/** The files that training reads, all in the output folder's `training/`. */
export interface Prepared {
  readonly train: PackedCorpus;
  readonly valid: PackedCorpus;
  readonly tokenizer: TokenizerFile;
  /** Of the corpus, with the part of it: two runs with the same one saw the same texts. */
  readonly fingerprint: string;
  /** SHA-256 of what a run keeps when it goes on with another part of the corpus. */
  readonly kept: { readonly tokenizer: string; readonly heldOut: string };
}

interface Manifest {
  readonly fingerprint: string;
  /** As in `--corpus-part`; absent: all of it. */
  readonly part?: string;
}

/**
 * Builds corpus, packs and tokenizer, or finds them built. A folder that another machine prepared is taken as it is,
 * so that a machine without network or package manager can train; unless another part of the corpus is asked for.
 *
 * @param cache where downloads and the pinned corpus are kept between runs
 */
export async function prepare(
  options: TrainOptions,
  settings: TrainingSettings,
  cache: string,
  signal: AbortSignal,
): Promise<Prepared> {
  const files = filesIn(options.out);
  const { corpusPart } = options;
  const present = fs.existsSync(files.manifest) ? readManifest(files.manifest) : undefined;
  if (present === undefined) {
    fs.mkdirSync(path.dirname(files.manifest), { recursive: true });
    const { report, shards } = await corpus(options, settings, cache, signal);
    const into = path.dirname(files.tokenizer);
    if (options.init === undefined) await tokenizer(shards, into, settings.architecture.vocabulary, signal);
    else copyTokenizer(options.init, into);
    await writePack(files.valid, readShards(shards, 'valid'));
    await packTraining(shards, report.fingerprint, options);
  } else if (corpusPart !== undefined && partName(corpusPart) !== present.part) {
    const { report, shards } = await corpus(options, settings, cache, signal);
    if (report.fingerprint !== present.fingerprint)
      throw new Error(
        `${files.train} is of another corpus than ${shards}, so no other part of it can be packed. Choose another --out.`,
      );
    await packTraining(shards, report.fingerprint, options);
  }
  const prepared = readPrepared(options.out);
  checkTokenizer(prepared.tokenizer, files.tokenizer, options, settings);
  checkHeldOut(prepared, files.train);
  return prepared;
}

async function packTraining(
  shards: string,
  fingerprint: string,
  { out, corpusPart }: TrainOptions,
): Promise<void> {
  const files = filesIn(out);
  await writePack(files.train, readShards(shards, 'train', corpusPart));
  const manifest: Manifest = { fingerprint, ...(corpusPart && { part: partName(corpusPart) }) };
  writeWhole(files.manifest, `${JSON.stringify(manifest)}\n`);
}

function partName({ part, of }: CorpusPart): string {
  return `${part}/${of}`;
}

/** A part of the corpus that was put into the folder must not hold what the run keeps for measuring. */
function checkHeldOut({ train, valid }: Prepared, file: string): void {
  const heldOut = new Set(valid.documents.map(({ path: name }) => name));
  const both = train.documents.find(({ path: name }) => heldOut.has(name));
  if (both !== undefined)
    throw new Error(
      `${file} holds ${both.path}, which the run holds out to measure itself by. Use a part of the corpus that was split as this one was.`,
    );
}

/** A folder may have been prepared for another run, whose tokens mean nothing here. */
function checkTokenizer(
  { model }: TokenizerFile,
  file: string,
  { init }: TrainOptions,
  { name, architecture }: TrainingSettings,
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

/** Opens the files that an earlier run prepared in its output folder. @throws Error if a file is missing or not whole */
export function readPrepared(out: string): Prepared {
  const files = filesIn(out);
  const { fingerprint, part } = readManifest(files.manifest);
  const valid = readPack(files.valid);
  const tokenizer = fs.readFileSync(files.tokenizer);
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  return {
    train: readPack(files.train),
    valid,
    tokenizer: JSON.parse(tokenizer.toString('utf8')) as TokenizerFile,
    fingerprint: part === undefined ? fingerprint : `${fingerprint} ${part}`,
    kept: { tokenizer: sha256(tokenizer), heldOut: sha256(valid.bytes) },
  };
}

function readManifest(file: string): Manifest {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Manifest;
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
  settings: TrainingSettings,
  cache: string,
  signal: AbortSignal,
): Promise<{ report: CorpusReport; shards: string }> {
  const pinned = options.data === undefined;
  const shards = pinned
    ? path.join(cache, `corpus-${settings.tier}`)
    : path.join(options.out, 'training', 'corpus');
  const progress = new StageProgress('corpus', 1);
  try {
    const report = await buildCorpus({
      source:
        options.data === undefined
          ? { kind: 'manifest', tier: settings.tier }
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
