import path from 'node:path';
import { buildFromFolder } from './build-from-folder';
import { buildFromManifest } from './build-from-manifest';
import type { CorpusOptions } from './corpus-options';
import { noSpace } from './space';
import { CorpusError, type CorpusReport } from './types';

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
