import { deflateRawSync } from 'node:zlib';
import { isProse } from './language';

const SAMPLE = 65536;

/** Why a text is not worth learning from; undefined when it is. Measures only, no language is parsed. */
export function flawOf(text: string, language: string): string | undefined {
  const prose = isProse(language);
  const lines = measureLines(text);
  if (lines.counted === 0) return 'tiny';
  if (lines.longest > (prose ? 20000 : 1200)) return 'long-line';
  if (!prose && (lines.inLong / text.length > 0.25 || text.length / lines.counted > 130)) return 'long-line';
  if (lines.counted >= 20 && lines.counted <= 5000 && lines.distinct / lines.counted < 0.35)
    return 'repetitive';

  const share = measureCharacters(text);
  if (share.space < 0.07) return 'low-whitespace';
  if (share.letters < 0.35) return 'low-alpha';
  if (share.digits > 0.15) return 'digits';
  if (share.foreign > 0.05) return 'non-ascii';
  if (/[A-Za-z0-9+/=_-]{400,}/.test(text)) return 'blob';

  const ratio = compression(text);
  if (ratio < 0.09 && text.length > 4000) return 'compressible';
  return ratio > 0.8 ? 'incompressible' : undefined;
}

function measureLines(text: string): { counted: number; distinct: number; longest: number; inLong: number } {
  const distinct = new Set<string>();
  let counted = 0;
  let longest = 0;
  let inLong = 0;
  for (let start = 0; start < text.length;) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const length = end - start;
    longest = Math.max(longest, length);
    if (length > 300) inLong += length;
    if (length > 3) {
      counted++;
      if (distinct.size < 5000) distinct.add(text.slice(start, end));
    }
    start = end + 1;
  }
  return { counted, distinct: distinct.size, longest, inLong };
}

function measureCharacters(text: string): {
  space: number;
  letters: number;
  digits: number;
  foreign: number;
} {
  let space = 0;
  let letters = 0;
  let digits = 0;
  let foreign = 0;
  let looked = 0;
  // A seventh of a large text tells as much.
  const step = text.length > 200_000 ? 7 : 1;
  for (let i = 0; i < text.length; i += step) {
    const code = text.charCodeAt(i);
    looked++;
    if (code === 32 || code === 10 || code === 9) space++;
    else if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) letters++;
    else if (code >= 48 && code <= 57) digits++;
    else if (code > 126) foreign++;
  }
  return {
    space: space / looked,
    letters: letters / looked,
    digits: digits / looked,
    foreign: foreign / looked,
  };
}

/** Compressed size over size, of the text's middle when it is long. */
function compression(text: string): number {
  const start = Math.max(0, (text.length - SAMPLE) >> 1);
  const sample = Buffer.from(text.slice(start, start + SAMPLE));
  return deflateRawSync(sample, { level: 1 }).length / sample.length;
}
