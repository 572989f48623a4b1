import fs from 'node:fs';
import path from 'node:path';
import { byClient, CLIENTS } from './clients';
import { verify } from './integrity';
import type { Source } from './manifest';
import { CorpusError } from './types';

/** A call of a client takes several packages, which is faster than one at a time. */
const BATCH_SOURCES = 8;
const BATCH_BYTES = 64e6;
const STALE = 24 * 3600e3;

export interface Fetched {
  readonly source: Source;
  /** The verified download. */
  readonly file: string;
}

/** Where a source's download is kept. */
export function cachedFile(cache: string, source: Source): string {
  return path.join(cache, CLIENTS[source.kind].fileOf(source));
}

/**
 * Brings the sources one after the other, each verified; the next few are downloaded while the caller works on these.
 * A file gets its name in the cache only when it is whole and right, so an interrupted download leaves nothing to trust.
 *
 * @throws CorpusError `download` or `integrity`
 */
export async function* fetchSources(
  sources: readonly Source[],
  cache: string,
  onFetched: (source: Source) => void,
  signal?: AbortSignal,
): AsyncGenerator<Fetched> {
  fs.mkdirSync(cache, { recursive: true });
  removeStale(cache);
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const start = (batch: Source[] | undefined): Promise<Fetched[]> => {
    const fetched = batch ? fetchBatch(batch, cache, onFetched, either) : Promise.resolve([]);
    fetched.catch(() => undefined); // its failure is met when its turn comes
    return fetched;
  };
  const batches = inBatches(sources);
  let next = start(batches[0]);
  try {
    for (let i = 0; i < batches.length; i++) {
      const batch = await next;
      next = start(batches[i + 1]);
      yield* batch;
    }
  } finally {
    stop.abort();
    await next.catch(() => undefined);
  }
}

function inBatches(sources: readonly Source[]): Source[][] {
  const batches: Source[][] = [];
  let bytes = Infinity;
  for (const source of sources) {
    if (bytes + (source.size ?? 0) > BATCH_BYTES || batches.at(-1)!.length === BATCH_SOURCES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(source);
    bytes += source.size ?? 0;
  }
  return batches;
}

async function fetchBatch(
  batch: Source[],
  cache: string,
  onFetched: (source: Source) => void,
  signal: AbortSignal,
): Promise<Fetched[]> {
  const missing = batch.filter((source) => !fs.existsSync(cachedFile(cache, source)));
  if (missing.length > 0) await download(missing, cache, signal);
  const fetched: Fetched[] = [];
  for (const source of batch) {
    const file = cachedFile(cache, source);
    if (!missing.includes(source)) await verify(file, source);
    onFetched(source);
    fetched.push({ source, file });
  }
  return fetched;
}

async function download(sources: Source[], cache: string, signal: AbortSignal): Promise<void> {
  const incoming = fs.mkdtempSync(path.join(cache, 'incoming-'));
  try {
    let failure: CorpusError | undefined;
    for (const [client, group] of byClient(sources))
      failure ??= await client.download(group, incoming, signal).then(() => undefined, ifDownload);
    // What came beside a package that did not is kept all the same.
    for (const source of sources) {
      const kept = cachedFile(cache, source);
      const came = path.join(incoming, path.basename(kept));
      if (failure && !fs.existsSync(came)) continue;
      // Checked in the cache already: a file that fails is moved aside there, not thrown away.
      fs.renameSync(came, `${kept}.new`);
      await verify(`${kept}.new`, source);
      fs.renameSync(`${kept}.new`, kept);
    }
    if (failure) throw failure;
  } finally {
    fs.rmSync(incoming, { recursive: true, force: true });
  }
}

function ifDownload(error: unknown): CorpusError {
  if (error instanceof CorpusError) return error;
  throw error;
}

/** Removes what downloads that were killed have left. */
function removeStale(cache: string): void {
  for (const name of fs.readdirSync(cache)) {
    const entry = path.join(cache, name);
    if (name.startsWith('incoming-') && Date.now() - fs.statSync(entry).mtimeMs > STALE)
      fs.rmSync(entry, { recursive: true, force: true });
  }
}
