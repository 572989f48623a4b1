import path from 'node:path';
import { buildFromFolder } from './build-from-folder';
import { buildFromManifest } from './build-from-manifest';
import type { Source, Tier } from './manifest';
import { noSpace } from './space';
import { CorpusError, type CorpusReport } from './types';

export interface CorpusProgress {
  /** Downloading and extracting overlap; the shards are written last. */
  readonly stage: 'download' | 'extract' | 'shards';
  /** Bytes of packages; files where the source is a folder. */
  readonly done: number;
  readonly total: number;
  /** What is being worked on. */
  readonly detail: string;
}

export interface CorpusOptions {
  readonly source:
    | {
        readonly kind: 'manifest';
        readonly file?: string;
        readonly tier: Tier;
        /** Which of the tier's sources are built; all by default. */
        readonly filter?: (source: Source) => boolean;
      }
    | { readonly kind: 'folder'; readonly folder: string };
  /** Downloads are kept here. */
  readonly cache: string;
  /** The shards: train/, valid/, test/ of JSON lines, and report.json. */
  readonly out: string;
  onProgress(progress: CorpusProgress): void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds the corpus, or finds it built. Same sources, same bytes, whatever came first or was interrupted: a run that
 * was stopped or killed goes on where it was.
 *
 * @throws CorpusError saying what is wrong and what to do; the signal's reason when aborted
 */
export async function buildCorpus(options: CorpusOptions): Promise<CorpusReport> {
  try {
    return options.source.kind === 'folder'
      ? await buildFromFolder(options, options.source.folder)
      : await buildFromManifest(options, options.source);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof CorpusError) && (error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw noSpace([{ folder: path.resolve(options.out), bytes: 0, what: 'texts' }], 0, error);
    throw error;
  }
}
