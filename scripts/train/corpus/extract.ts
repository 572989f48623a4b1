import { readArchive, type ArchiveFile } from './archive';
import { cleanFile, largestFile } from './content-rules';
import { dictionaryTexts } from './dictionaries';
import { languageOf } from './language';
import { label, type Source } from './manifest';
import { isMachineMade, isRepetitive, matcher } from './path-rules';
import { sourcesInMap } from './source-maps';
import type { CorpusDocument } from './types';

const LARGEST_MAP = 40e6;

/**
 * The clean texts of a downloaded package, before duplicates are removed, in the archive's order.
 *
 * @param onDrop is told of every file left out: why and its bytes
 */
export async function* extractTexts(
  file: string,
  source: Source,
  onDrop: (reason: string, bytes: number) => void,
): AsyncGenerator<CorpusDocument> {
  const included = matcher(source.include);
  const excluded = matcher(source.exclude ?? []);
  const isMap = matcher(source.maps ?? []);
  const isSpecial = source.special === undefined ? undefined : new RegExp(source.special);

  const wants = (path: string, size: number): boolean => {
    if (path.endsWith('.map')) return isMap(path) && size <= LARGEST_MAP;
    if (isSpecial?.test(path)) return size <= LARGEST_MAP;
    const language = languageOf(path);
    if (language === undefined || isMachineMade(path) || isRepetitive(path)) return false;
    if (!included(path) || excluded(path)) return false;
    if (size > largestFile(language, source)) {
      onDrop('huge', size);
      return false;
    }
    return true;
  };

  function* open(archived: ArchiveFile): Generator<ArchiveFile> {
    if (!archived.path.endsWith('.map')) return yield* dictionaryTexts(archived) ?? [archived];
    for (const { path, text } of sourcesInMap(archived.path, archived.body.toString('utf8')))
      if (!excluded(path)) yield { path, body: Buffer.from(text) };
  }

  for await (const archived of readArchive(file, source, wants)) {
    for (const { path, body } of open(archived)) {
      const language = languageOf(path);
      if (language === undefined) continue;
      const cleaned = cleanFile(body, language, source);
      if ('drop' in cleaned) onDrop(cleaned.drop, body.length);
      else
        for (const text of cleaned.texts)
          yield { path: `${label(source)}/${path}`, lang: cleaned.lang, text };
    }
  }
}
