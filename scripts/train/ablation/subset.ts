import { label, loadSources, type Tier } from '../corpus/manifest';
import type { PackedCorpus } from '../samples/packed-corpus';

/** The texts for whose document `keep` is true, in a buffer of their own. */
export function subset(
  { bytes, documents }: PackedCorpus,
  keep: (document: PackedCorpus['documents'][number]) => boolean,
): PackedCorpus {
  const kept = documents.filter(keep);
  const copy = new Uint8Array(
    new SharedArrayBuffer(kept.reduce((sum, { start, end }) => sum + end - start, 0)),
  );
  let at = 0;
  const moved = kept.map((document) => {
    copy.set(bytes.subarray(document.start, document.end), at);
    const start = at;
    at += document.end - document.start;
    return { ...document, start, end: at };
  });
  return { bytes: copy, documents: moved };
}

/** The texts of the sources up to a tier; a document's path begins with its source. */
export function ofTier(corpus: PackedCorpus, tier: Tier): PackedCorpus {
  const sources = new Set(loadSources(tier).map(label));
  return subset(corpus, ({ path }) => [...prefixes(path)].some((prefix) => sources.has(prefix)));
}

/** `a`, `a/b`, …: names of packages may hold a slash. */
function* prefixes(path: string): Generator<string> {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) yield path.slice(0, at);
}
