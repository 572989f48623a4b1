import { gunzipSync } from 'node:zlib';
import type { ArchiveFile } from './archive';

/** Dictionaries in formats of their own, as plain text in portions; undefined for any other file. */
export function dictionaryTexts(file: ArchiveFile): ArchiveFile[] | undefined {
  if (file.path.endsWith('.dict.dz')) return dictTexts(file);
  return /wordnet\/data\.(noun|verb|adj|adv)$/.test(file.path) ? wordnetTexts(file) : undefined;
}

/** dictd: entries one after the other, divided by empty lines. */
function dictTexts({ path, body }: ArchiveFile): ArchiveFile[] {
  const text = gunzipSync(body, { maxOutputLength: 1 << 26 }).toString('utf8');
  const portions: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n\n', start + 30000);
    portions.push(text.slice(start, end < 0 ? text.length : end));
    start = end < 0 ? text.length : end;
  }
  return portions.map((portion, i) => ({
    path: `${path.replace('.dict.dz', '')}-${i}.txt`,
    body: Buffer.from(portion),
  }));
}

/** WordNet's data files: a line per word sense, `… | gloss; "example"`. */
function wordnetTexts({ path, body }: ArchiveFile): ArchiveFile[] {
  const glosses = body
    .toString('latin1')
    .split('\n')
    .filter((line) => !line.startsWith('  ') && line.includes('| '))
    .map(
      (line) =>
        `${(line.split(' ')[4] ?? '').replace(/_/g, ' ')}: ${line.slice(line.indexOf('| ') + 2).trim()}`,
    );
  return Array.from({ length: Math.ceil(glosses.length / 200) }, (_, i) => ({
    path: `${path.replace('data.', '')}-${i}.txt`,
    body: Buffer.from(glosses.slice(i * 200, (i + 1) * 200).join('\n')),
  }));
}
