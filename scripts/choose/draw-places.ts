import type { Random } from '../../src/engine/index';
import type { CorpusDocument } from '../train/corpus/types';

/** Where somebody who types pauses: each kind has as many places. */
export const PLACE_KINDS = ['blank', 'word', 'part', 'open', 'equals', 'dot', 'space', 'end'] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

/** A place in a text as it is while somebody types, and what they go on to write. */
export interface Place {
  readonly id: string;
  readonly kind: PlaceKind;
  /** VS Code's language id. */
  readonly lang: string;
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  /** The rest of the line and up to four lines more; '' at the end of a line with nothing to follow. */
  readonly wanted: string;
}

/** Ends of what is typed already, of each kind; the cut is where the match ends. */
const CUTS: Readonly<Record<Exclude<PlaceKind, 'blank' | 'end'>, RegExp>> = {
  word: /(?<![\p{L}\p{N}_$])[\p{L}_$][\p{L}\p{N}_$]+(?![\p{L}\p{N}_$])/gu,
  part: /(?<![\p{L}\p{N}_$])[\p{L}_$][\p{L}\p{N}_$]+(?=[\p{L}\p{N}_$]{2})/gu,
  open: /[([{"'`]/g,
  equals: /(?<![=!<>])=(?![=>]) ?|(?<!:): /g,
  dot: /(?<=[\p{L}\p{N}_$)\]])\.(?=\p{L})/gu,
  space: /(?<=[^\s=:]) (?=\S)/g,
};
/** What the editor puts behind the cursor when one of these is typed. */
const CLOSERS: Readonly<Record<string, string>> = {
  '(': ')',
  '[': ']',
  '{': '}',
  '"': '"',
  "'": "'",
  '`': '`',
};

/** Files of other sizes, in characters, are left out: too little context, or too slow to parse a thousand times. */
const FILE_CHARACTERS = [500, 60_000] as const;
/** Trimmed lines of other lengths are not cut. */
const LINE_CHARACTERS = [4, 120] as const;
/** Where there are fewer files of a language, its places would be those of one author. */
const LEAST_FILES = 10;
/** Nothing comes by itself in prose. */
const SILENT = ['markdown', 'plaintext'];
/** In half of the places what follows the line is not there yet either: up to so many lines. */
const MOST_LINES_MORE = 4;
const MOST_TRIES = 200;

/**
 * Draws places of each kind, the same ones for the same texts and generator. Languages take turns.
 *
 * @param split goes into the ids
 */
export function drawPlaces(
  documents: readonly CorpusDocument[],
  { split, count }: { readonly split: string; readonly count: number },
  random: Random,
): Place[] {
  const [least, most] = FILE_CHARACTERS;
  const fitting = documents.filter(({ text }) => text.length >= least && text.length <= most);
  const languages = [...new Set(fitting.map(({ lang }) => lang))]
    .filter((lang) => !SILENT.includes(lang))
    .map((lang) => fitting.filter((document) => document.lang === lang))
    .filter(({ length }) => length >= LEAST_FILES);
  if (languages.length === 0) return [];
  return Array.from({ length: count }, (_, i) => {
    const kind = PLACE_KINDS[i % PLACE_KINDS.length]!;
    const turn = Math.floor(i / PLACE_KINDS.length);
    const files = languages[(turn + i) % languages.length]!;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { path, lang, text } = files[random.integer(files.length)]!;
      const cut = cutAt(text, kind, random);
      if (cut)
        return { id: `${split}-${kind}-${String(turn + 1).padStart(3, '0')}`, kind, lang, path, ...cut };
    }
    return undefined;
  }).filter((place) => place !== undefined);
}

type Cut = Pick<Place, 'prefix' | 'suffix' | 'wanted'>;

/** Cuts a text at a place of a kind, in a random line; undefined where the line has none. */
export function cutAt(text: string, kind: PlaceKind, random: Random): Cut | undefined {
  const lines = text.split('\n');
  const number = random.integer(lines.length);
  const line = lines[number]!;
  const { length } = line.trim();
  if (length < LINE_CHARACTERS[0] || length > LINE_CHARACTERS[1]) return undefined;
  const column = columnOf(line, kind, random);
  if (column === undefined) return undefined;
  const prefix = [...lines.slice(0, number), line.slice(0, column)].join('\n');
  const rest = line.slice(column);
  const more = random.integer(2) * (1 + random.integer(MOST_LINES_MORE));
  const below = lines.slice(number + 1 + more);
  const behind = below.length > 0 ? `\n${below.join('\n')}` : '';
  if (kind !== 'open') {
    const wanted = [rest, ...lines.slice(number + 1, number + 1 + more)].join('\n');
    return { prefix, suffix: behind, wanted };
  }
  const closer = CLOSERS[line.charAt(column - 1)]!;
  const end = closingIn(rest, line.charAt(column - 1), closer);
  const wanted = rest.slice(0, Math.max(0, end));
  return wanted.trim() === '' ? undefined : { prefix, suffix: closer + behind, wanted };
}

function columnOf(line: string, kind: PlaceKind, random: Random): number | undefined {
  const start = line.search(/\S/);
  const end = line.trimEnd().length;
  if (kind === 'blank') return start > 0 ? start : undefined;
  if (kind === 'end') return end;
  const columns = [...line.matchAll(CUTS[kind])]
    .map(({ index, 0: { length } }) => index + length)
    .filter((column) => column > start && column < end);
  return columns[random.integer(Math.max(1, columns.length))];
}

/** The place of what closes a bracket or string, in the rest of its line; −1 where it is not closed there. */
function closingIn(rest: string, opener: string, closer: string): number {
  let depth = 1;
  for (let i = 0; i < rest.length; i++) {
    if (rest.charAt(i) === closer) depth--;
    else if (rest.charAt(i) === opener) depth++;
    if (depth === 0) return i;
  }
  return -1;
}

const WORD = /[\p{L}\p{N}_$]/u;
const FIRST_WORD = /^\s*(?:[\p{L}\p{N}_$]+|[^\p{L}\p{N}_$\s]+)/u;

/** True for a beginning of what is wanted that ends where a word does; white space at ends of lines does not count. */
export function isRight(shown: string, wanted: string): boolean {
  const [text, whole] = [shown, wanted].map((one) => one.replace(/[ \t]+(?=\n|$)/g, '')) as [string, string];
  const next = whole.charAt(text.length);
  return text !== '' && whole.startsWith(text) && !(WORD.test(text.at(-1)!) && WORD.test(next));
}

/** True when the first word, or the marks before it, is what is wanted. */
export function hasRightBeginning(shown: string, wanted: string): boolean {
  const [first] = FIRST_WORD.exec(shown) ?? [];
  return first !== undefined && first === FIRST_WORD.exec(wanted)?.[0];
}
