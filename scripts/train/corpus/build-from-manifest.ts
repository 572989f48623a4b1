import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { CorpusOptions } from './corpus-options';
import { SourceTexts } from './source-texts';
import { requirePrograms } from './clients';
import { Deduplicator } from './dedup';
import { fetchSources } from './fetch';
import { contentOf, KEPT_OUT, label, loadSources, type Source } from './manifest';
import { RULES } from './rules-version';
import { readReport, ShardSet } from './shards';
import { noSpace, requireSpace, spaceNeeded } from './space';
import { count, type Amount, type CorpusReport, type SourceReport } from './types';

/** Bytes of a language taken from one source where the source does not say. */
const DEFAULT_CAPS: Readonly<Record<string, number>> = { json: 1.5e6, yaml: 2e6, xml: 12e6, plaintext: 6e6 };
/** Weight of a source in the progress when its size is not known. */
const USUAL_SIZE = 5e6;

/** Downloads, extracts, then removes duplicates in the manifest's order, held-out sources first. */
export async function buildFromManifest(
  options: CorpusOptions,
  { tier, file, filter = () => true }: Extract<CorpusOptions['source'], { kind: 'manifest' }>,
): Promise<CorpusReport> {
  const sources = loadSources(tier, file).filter(filter);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([RULES, DEFAULT_CAPS, sources.map(contentOf), keptOutOf(sources)]))
    .digest('hex');
  const built = readReport(options.out);
  if (built?.fingerprint === fingerprint) return built;

  requirePrograms(sources);
  const needs = spaceNeeded(sources, options.cache, options.out);
  requireSpace(needs);
  const work = path.join(options.out, 'work');
  const texts = sources.map((source) => new SourceTexts(work, source));
  try {
    await extractAll(texts, options);
    const report = await writeShards(texts, fingerprint, options);
    fs.rmSync(work, { recursive: true, force: true });
    return report;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw noSpace(needs, undefined, error);
    throw error;
  }
}

/** Files of these sources that are kept out. */
function keptOutOf(sources: readonly Source[]): string[] {
  const labels = sources.map((source) => `${label(source)}/`);
  return [...KEPT_OUT].filter((file) => labels.some((start) => file.startsWith(start)));
}

async function extractAll(texts: readonly SourceTexts[], options: CorpusOptions): Promise<void> {
  const todo = texts.filter(({ done }) => !done);
  const sources = todo.map(({ source }) => source);
  const downloads = new Counter('download', sources, options);
  const extractions = new Counter('extract', sources, options);
  const fetched = fetchSources(sources, options.cache, (source) => downloads.add(source), options.signal);
  for await (const { source, file } of fetched) {
    options.signal?.throwIfAborted();
    await todo.find((one) => one.source === source)!.extract(file, options.signal);
    extractions.add(source);
  }
}

async function writeShards(
  texts: readonly SourceTexts[],
  fingerprint: string,
  options: CorpusOptions,
): Promise<CorpusReport> {
  const bytes = texts.reduce((sum, { summary }) => sum + summary.bytes, 0);
  const deduplicator = new Deduplicator(bytes);
  const sources = texts.map(({ source }) => source);
  const progress = new Counter('shards', sources, options);
  const shards = new ShardSet(options.out);
  const reports: SourceReport[] = [];
  try {
    for (const one of texts) {
      reports.push(await writeSource(one, deduplicator, shards, options.signal));
      progress.add(one.source);
    }
    return shards.finish(fingerprint, reports);
  } catch (error) {
    shards.abandon();
    throw error;
  }
}

async function writeSource(
  texts: SourceTexts,
  deduplicator: Deduplicator,
  shards: ShardSet,
  signal: AbortSignal | undefined,
): Promise<SourceReport> {
  const { name, version, license, split, cap } = texts.source;
  const kept: Record<string, Amount> = {};
  const dropped: Record<string, Amount> = { ...texts.summary.dropped };
  for await (const document of texts.read()) {
    signal?.throwIfAborted();
    const bytes = Buffer.byteLength(document.text);
    const most = cap?.[document.lang] ?? DEFAULT_CAPS[document.lang] ?? Infinity;
    const reason =
      split === 'train' && KEPT_OUT.has(document.path)
        ? 'benchmark'
        : (kept[document.lang]?.bytes ?? 0) > most
          ? 'cap'
          : deduplicator.check(document.text);
    if (reason === undefined) {
      count(kept, document.lang, bytes);
      shards.write(split, document);
    } else count(dropped, reason, bytes);
  }
  return { name, version, license, split, kept, dropped };
}

/** Tells the progress of a stage in bytes of packages. */
class Counter {
  #done = 0;
  readonly #total: number;

  constructor(
    readonly stage: 'download' | 'extract' | 'shards',
    sources: readonly Source[],
    readonly options: CorpusOptions,
  ) {
    this.#total = sources.reduce((sum, source) => sum + (source.size ?? USUAL_SIZE), 0);
  }

  add(source: Source): void {
    this.#done += source.size ?? USUAL_SIZE;
    this.options.onProgress({
      stage: this.stage,
      done: this.#done,
      total: this.#total,
      detail: label(source),
    });
  }
}
