import type { Source, Tier } from './manifest';

export interface CorpusProgress {
  /** Downloading and extracting overlap; the shards are written last. */
  readonly stage: 'download' | 'extract' | 'shards';
  /** Bytes of packages; files where the source is a folder. */
  readonly done: number;
  readonly total: number;
  /** The package that is being worked on. */
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
