import fs from 'node:fs';
import path from 'node:path';
import { label, type Source } from './manifest';
import { CorpusError } from './types';

/** Brings packages of one kind here, with the program that users of such packages have. */
export interface Client {
  /** The name of its packages in messages. */
  readonly about: string;
  /** Programs that are not on this machine and have to be, in words. */
  missing(): readonly string[];
  /** Name of a package's file in the cache. */
  fileOf(source: Source): string;
  /** Downloads packages into a folder; nothing of them is built or run. @throws CorpusError `download` */
  download(sources: readonly Source[], folder: string, signal?: AbortSignal): Promise<void>;
}

/** A client whose program brings many packages in one run: see {@link downloadTogether}. */
export interface RegistryClient extends Omit<Client, 'download'> {
  /** As its users call it. */
  readonly program: string;
  /** The advice about a package that cannot be had. */
  readonly advice: string;
  /** Gives what the program said when it failed, undefined when it did not. */
  readonly run: (
    sources: readonly Source[],
    folder: string,
    signal: AbortSignal | undefined,
  ) => Promise<string | undefined>;
}

export function clientOf({ run, program, advice, ...client }: RegistryClient): Client {
  return {
    ...client,
    download: (sources, folder, signal) => {
      const isHere = (source: Source): boolean => fs.existsSync(path.join(folder, client.fileOf(source)));
      return downloadTogether(sources, isHere, (some) => run(some, folder, signal), program, advice);
    },
  };
}

/**
 * Runs a program for several packages at once and, where it fails, for each of those that did not come: one may have
 * failed for all of them.
 *
 * @param run gives what the program said when it failed, undefined when it did not
 * @param advice what to do about a package that cannot be had
 * @throws CorpusError `download` naming the packages that did not come
 */
export async function downloadTogether(
  sources: readonly Source[],
  isHere: (source: Source) => boolean,
  run: (sources: readonly Source[]) => Promise<string | undefined>,
  program: string,
  advice: string,
): Promise<void> {
  const lost = (): Source[] => sources.filter((source) => !isHere(source));
  let complaint = await run(sources);
  for (const source of sources.length > 1 ? lost() : []) complaint = (await run([source])) ?? complaint;
  if (lost().length === 0) return;
  throw new CorpusError(
    'download',
    `${program} could not download ${lost().map(label).join(', ')}:\n${complaint ?? 'it said nothing'}\n` +
      `${advice}, then run again: what is there already is kept.`,
  );
}

/** A source's name in its registry. */
export function bareName(source: Source): string {
  return source.name.replace(/^(debian|pypi|crate|maven|go):/, '');
}
