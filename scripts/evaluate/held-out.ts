import { join } from 'node:path';
import { buildCorpus } from '../train/corpus/build-corpus';
import { readShards } from '../train/corpus/shards';
import type { CorpusDocument, Split } from '../train/corpus/types';
import { StageProgress } from '../train/report/progress';

export interface HeldOutOptions {
  readonly split: Exclude<Split, 'train'>;
  /** Take the Debian package of the split too, which holds Python; needs apt-get. */
  readonly debian: boolean;
  /**
   * Take those of other registries too: Rust, Go, more Java, and with `debian` its source packages, which hold C; needs cargo,
   * go and mvn. Default false.
   */
  readonly registries?: boolean;
  /** Another manifest than the pinned one. */
  readonly manifest?: string;
  /** Downloads and texts are kept here. */
  readonly cache: string;
  readonly signal: AbortSignal;
}

/**
 * The texts of the held-out packages. The corpus builder sees held-out sources first and drops from the training part
 * what repeats them, exactly or nearly; so these are the texts of the full corpus, and the training part, which is
 * twenty times as large, need not be built to know that it does not hold them.
 *
 * @throws CorpusError
 */
export async function heldOutTexts(options: HeldOutOptions): Promise<CorpusDocument[]> {
  const { split, debian, registries = false, manifest, cache, signal } = options;
  const kinds = [
    'npm',
    ...(debian ? ['deb'] : []),
    ...(registries ? ['crate', 'go', 'maven'] : []),
    ...(debian && registries ? ['debsrc'] : []),
  ];
  const out = join(
    cache,
    ['held-out', ...(debian ? ['debian'] : []), ...(registries ? ['registries'] : [])].join('-'),
  );
  const progress = new StageProgress('held-out', 1);
  try {
    await buildCorpus({
      source: {
        kind: 'manifest',
        ...(manifest === undefined ? {} : { file: manifest }),
        tier: registries ? 2200 : debian ? 1100 : 600,
        filter: ({ split: of, kind }) => of !== 'train' && kinds.includes(kind),
      },
      cache: join(cache, 'packages'),
      out,
      onProgress: ({ done, total, stage, detail }) => progress.update(done, total, `${stage} ${detail}`),
      signal,
    });
  } finally {
    progress.stop();
  }
  const documents: CorpusDocument[] = [];
  for await (const document of readShards(out, split)) documents.push(document);
  return documents;
}
