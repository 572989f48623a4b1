import { posix } from 'node:path';
import { isMachineMade, isRepetitive } from './path-rules';

interface SourceMap {
  readonly sources?: readonly (string | null)[];
  readonly sourcesContent?: readonly (string | null)[];
  readonly sections?: readonly { readonly map?: SourceMap }[];
}

/**
 * The original sources that a source map carries (`sourcesContent`): often the only TypeScript that a package ships.
 *
 * @param path the map's path in its package; its folder is the sources' own where they have none
 */
export function sourcesInMap(path: string, json: string): { path: string; text: string }[] {
  let map: SourceMap | null;
  try {
    map = JSON.parse(json) as SourceMap | null;
  } catch {
    return [];
  }
  const parts = map?.sections?.map((section) => section.map) ?? [map];
  return parts.flatMap((part) =>
    (part?.sourcesContent ?? []).flatMap((text, i) => {
      const original = sourcePath(path, part?.sources?.[i]);
      return typeof text === 'string' && original !== undefined ? [{ path: original, text }] : [];
    }),
  );
}

function sourcePath(map: string, source: string | null | undefined): string | undefined {
  if (typeof source !== 'string' || source === '') return undefined;
  const bare = source.split('?')[0]!.replace(/^[a-z-]+:\/\/\/?/i, '');
  // What bundlers add: their run-time, modules kept outside, virtual modules.
  if (/node_modules|webpack\/|external |^\(|^\0/.test(bare)) return undefined;
  const climbed = posix
    .normalize(bare)
    .replace(/^(\.\.\/)+/, '')
    .replace(/^\/+/, '');
  const path = climbed.includes('/') ? climbed : posix.join(posix.dirname(map), climbed);
  return isMachineMade(path) || isRepetitive(path) ? undefined : path;
}
