/** A text of the corpus. */
export interface CorpusDocument {
  /** `package@version/path/in/the/package`, or `folder@local/path` for a folder of the user's. */
  readonly path: string;
  /** VS Code's language id. */
  readonly lang: string;
  /** LF only. */
  readonly text: string;
}

export const SPLITS = ['test', 'valid', 'train'] as const;
/** Held-out parts first: what train repeats of them is dropped from train, never the reverse. */
export type Split = (typeof SPLITS)[number];

export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

export type ByLanguage = Readonly<Record<string, Amount>>;

export interface SourceReport {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly split?: Split | undefined;
  /** Texts that were kept, by language. */
  readonly kept: ByLanguage;
  /** Texts that were left out, by reason. */
  readonly dropped: Readonly<Record<string, Amount>>;
}

/** The corpus's content; saved as report.json beside the shards, and only once they are all there. */
export interface CorpusReport {
  /** Changes whenever the shards may: sources, rules and, for a folder, its texts. */
  readonly fingerprint: string;
  readonly splits: Readonly<Record<Split, ByLanguage>>;
  readonly sources: readonly SourceReport[];
}

export type CorpusErrorCode =
  | 'manifest'
  | 'download'
  | 'integrity'
  | 'archive'
  | 'no-space'
  | 'no-program'
  | 'no-text'
  | 'not-built';

/** Why there is no corpus, with what to do about it in the message. */
export class CorpusError extends Error {
  override readonly name = 'CorpusError';

  constructor(
    readonly code: CorpusErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Adds to a tally by language or by reason. */
export function count(tally: Record<string, Amount>, key: string, bytes: number): void {
  const { files, bytes: sum } = tally[key] ?? { files: 0, bytes: 0 };
  tally[key] = { files: files + 1, bytes: sum + bytes };
}
