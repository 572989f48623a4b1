import type { Region } from '../../src/editor/document/region-tracker';
import type { Random } from '../../src/engine/index';

/** A random document and what of it is to be filled. */
export interface FuzzDocument {
  readonly text: string;
  /** Ascending, not touching; empty ones are cursors. Their ends lie anywhere, inside of surrogate pairs and CRLF too. */
  readonly regions: readonly Region[];
}

/** Makes a piece of text. */
type Piece = (random: Random) => string;

const CODE = [
  'const x = 1;',
  'function add(a, b) {',
  'return a + b;',
  '}',
  'if (!ok) throw new Error("no");',
  '// a comment',
  '<div class="a">',
  '[MASK]',
  '[MASK:3]',
  '[EOT][PAD]<|endoftext|>',
  'def f(self):',
  '{"key": [1, 2.5e-3, null]}',
  '',
];
const EMOJI = ['😀', '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '👍🏽', '✈️', '1️⃣', '\u{1f9d1}\u200d'];
const RIGHT_TO_LEFT = ['שלום עולם', 'مرحبا بالعالم', '\u202eabc\u202c', '\u2067x\u2069', 'ﷺ'];
const ODD = [
  '\u0000',
  '\ufeff',
  '\u2028',
  '\u2029',
  '\u0085',
  'e\u0301\u0302\u0303',
  '\u200b',
  '\ufffd',
  '\uffff',
  '\u001b[31m',
];
const ENDINGS = ['\n', '\r\n', '\r'];
const SPACES = [' ', '\t', '    ', '\u00a0', '\u3000', '\t \t'];

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.integer(list.length)]!;
}

/** Any code point but surrogates, all planes alike. */
function anyCharacter(random: Random): string {
  const plane = random.integer(17);
  const point = plane * 0x10000 + random.integer(0x10000);
  return point >= 0xd800 && point < 0xe000 ? '\u00e9' : String.fromCodePoint(point);
}

const PIECES: readonly Piece[] = [
  (random) => pick(random, CODE),
  (random) => pick(random, CODE),
  (random) => pick(random, SPACES),
  (random) => pick(random, EMOJI),
  (random) => pick(random, RIGHT_TO_LEFT),
  (random) => pick(random, ODD),
  (random) => Array.from({ length: 1 + random.integer(12) }, () => anyCharacter(random)).join(''),
  (random) => String.fromCharCode(0xd800 + random.integer(0x800)),
];

const LONG_LINE = 10_000_000;

/** One document in a thousand is a line of 10 MB, one in a hundred has 100 kB, the others up to some hundred characters. */
export function randomDocument(random: Random): FuzzDocument {
  const draw = random.uniform();
  const text = draw < 0.001 ? longLine(random) : lines(random, draw < 0.011 ? 4000 : 1 + random.integer(40));
  return { text, regions: randomRegions(random, text) };
}

function longLine(random: Random): string {
  const piece = `${pick(random, CODE)}${pick(random, EMOJI)}${pick(random, RIGHT_TO_LEFT)} `;
  return piece.repeat(Math.ceil(LONG_LINE / piece.length));
}

function lines(random: Random, pieces: number): string {
  // Mostly one line ending for the whole document, sometimes all of them mixed.
  const ending = random.uniform() < 0.8 ? pick(random, ENDINGS) : undefined;
  let text = '';
  for (let i = 0; i < pieces; i++) {
    text += pick(random, PIECES)(random);
    if (random.uniform() < 0.3) text += ending ?? pick(random, ENDINGS);
  }
  return text;
}

/** A selection is at most this long: a longer one would rightly be refused. */
const LONGEST_REGION = 24;

function randomRegions(random: Random, text: string): Region[] {
  const regions: Region[] = [];
  // Half of the places are sought beside an emoji, where a cut hurts most.
  const emoji = text.search(/[\ud800-\udbff][\udc00-\udfff]/);
  let from = 0;
  const count = random.uniform() < 0.75 ? 1 : 2 + random.integer(2);
  for (let i = 0; i < count && from <= text.length; i++) {
    // Texts between holes are never cut, so the holes stand close together.
    const reach = i === 0 ? text.length + 1 : Math.min(60, text.length + 1 - from);
    const beside = i === 0 && emoji >= 0 && random.uniform() < 0.5;
    const start = beside ? Math.min(text.length, emoji + random.integer(3)) : from + random.integer(reach);
    const length = random.uniform() < 0.4 ? 0 : random.integer(LONGEST_REGION);
    const end = Math.min(text.length, start + length);
    regions.push({ start, end });
    from = end + 1;
  }
  return regions;
}
