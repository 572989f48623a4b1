import type { CharacterRange } from '../train/samples/hole-shapes';
import { isInsideCharacter, type Random } from '../../src/engine/index';
import type { Kind } from './task';

/** Trimmed lines of other lengths, in characters, are not asked for: most shorter ones are closing brackets. */
const LINE_CHARACTERS = [8, 120] as const;
const BLOCK_LINES = [2, 6] as const;
const BLOCK_MOST_CHARACTERS = 400;
const SPAN_CHARACTERS = [8, 80] as const;
const TAIL_LEAST = 3;
/** Two holes lie within this many characters. */
const REACH = 800;

const LINE = /^[ \t]*(\S.*)$/gm;
const IDENTIFIER = /(?<![\w$])[A-Za-z_$][\w$]{2,}/g;
/** Of TypeScript, JavaScript and Python; of those that other languages have most are among them. */
const KEYWORDS = new Set(
  (
    'and any as assert async await boolean break case catch class const continue debugger declare def default del ' +
    'delete elif else enum except export extends false False finally for from function get global if implements ' +
    'import in instanceof interface is lambda let module namespace new None nonlocal not null number object or ' +
    'package pass private protected public raise readonly return set static string super switch this throw true ' +
    'True try type typeof undefined unknown var void while with yield'
  ).split(' '),
);

/**
 * Cuts the hole or holes of a task out of a text, at random.
 *
 * @returns left to right, never between the halves of a code point or of CRLF, with something but blanks in each;
 *   undefined where the text has none
 */
export function cutHoles(text: string, kind: Kind, random: Random): CharacterRange[] | undefined {
  if (kind === 'two-holes') return cutTwo(text, random);
  const hole = CUTTERS[kind](text, random);
  if (!hole) return undefined;
  const snapped = { start: snap(text, hole.start), end: snap(text, hole.end) };
  return text.slice(snapped.start, snapped.end).trim() === '' ? undefined : [snapped];
}

type Cut = (text: string, random: Random) => CharacterRange | undefined;

const CUTTERS: Readonly<Record<Exclude<Kind, 'two-holes'>, Cut>> = {
  line: pickLine,

  tail(text, random) {
    const line = pickLine(text, random);
    if (!line) return undefined;
    const places = line.end - line.start - TAIL_LEAST;
    return { start: line.start + 1 + random.integer(places), end: line.end };
  },

  block(text, random) {
    const first = pickLine(text, random);
    if (!first) return undefined;
    const [least, most] = BLOCK_LINES;
    const count = least + random.integer(most - least + 1);
    let { end } = first;
    for (let i = 1; i < count; i++) {
      const newline = /\r\n|\n|\r/g;
      newline.lastIndex = end;
      if (newline.exec(text)?.index !== end) return undefined; // the text ends here
      const next = /[^\r\n]*/y;
      next.lastIndex = newline.lastIndex;
      end = newline.lastIndex + next.exec(text)![0].length;
    }
    const block = text.slice(first.start, end);
    const lastIsBlank = /[\r\n]\s*$/.test(block);
    return lastIsBlank || block.length > BLOCK_MOST_CHARACTERS ? undefined : { start: first.start, end };
  },

  span(text, random) {
    const [least, most] = SPAN_CHARACTERS;
    const length = least + random.integer(most - least + 1);
    if (text.length < length) return undefined;
    const start = random.integer(text.length - length + 1);
    return { start, end: start + length };
  },

  ident(text, random) {
    const found = [...text.matchAll(IDENTIFIER)].filter(([word]) => !KEYWORDS.has(word));
    const match = found[random.integer(Math.max(1, found.length))];
    return match && { start: match.index, end: match.index + match[0].length };
  },
};

/** A line without its indentation. */
function pickLine(text: string, random: Random): CharacterRange | undefined {
  const [least, most] = LINE_CHARACTERS;
  const lines = [...text.matchAll(LINE)].filter(([, line]) => {
    const { length } = line!.trimEnd();
    return length >= least && length <= most;
  });
  const match = lines[random.integer(Math.max(1, lines.length))];
  if (!match) return undefined;
  const end = match.index + match[0].length;
  return { start: end - match[1]!.length, end };
}

/** Each a line, the rest of one or an identifier, with something between them. */
function cutTwo(text: string, random: Random): CharacterRange[] | undefined {
  const from = snap(text, random.integer(Math.max(1, text.length - REACH)));
  const near = text.slice(from, snap(text, Math.min(text.length, from + REACH)));
  // Lines that the excerpt's ends cut in two are whole in the text, and an identifier's beginning is not one.
  const first = near.search(/[\r\n]/) + 1;
  const last = Math.max(near.lastIndexOf('\n'), near.lastIndexOf('\r'));
  if (first <= 0 || last <= first) return undefined;
  const shapes = ['line', 'tail', 'ident'] as const;
  const holes = [0, 1].flatMap(() => {
    const cut = cutHoles(near.slice(first, last), shapes[random.integer(shapes.length)]!, random) ?? [];
    return cut.map(({ start, end }) => ({ start: start + from + first, end: end + from + first }));
  });
  const [a, b] = holes.sort((x, y) => x.start - y.start);
  return a && b && a.end < b.start ? [a, b] : undefined;
}

function snap(text: string, offset: number): number {
  const inCrlf = text[offset - 1] === '\r' && text[offset] === '\n';
  return inCrlf || isInsideCharacter(text, offset) ? offset - 1 : offset;
}
