import { isInsideCharacter, type Random } from '../../../src/engine/index';

/** A hole in a text: characters [start, end), UTF-16 offsets, never between the halves of a code point. */
export interface CharacterRange {
  readonly start: number;
  readonly end: number;
}

/** Weights of the shapes holes are cut in; they need not sum to 1. */
export interface HoleShapes {
  /** A run of characters, its length log-uniform. */
  readonly span: number;
  /** From somewhere in a line to the line's end. */
  readonly tail: number;
  /** One or a few whole lines, without the first one's indentation. */
  readonly lines: number;
  /** A word or identifier. */
  readonly word: number;
}

const SPAN_CHARACTERS = [3, 400] as const;
const MOST_LINES = 8;

/**
 * Cuts up to `count` holes that do not touch each other around the character `anchor`.
 *
 * @param reach how far from the anchor holes may begin, in characters
 * @returns holes left to right; fewer than `count` where they would touch, none where there is nothing to cut
 */
export function cutHoles(
  text: string,
  anchor: number,
  reach: number,
  count: number,
  shapes: HoleShapes,
  random: Random,
): CharacterRange[] {
  const holes: CharacterRange[] = [];
  for (let i = 0; i < count; i++) {
    const from = Math.max(0, anchor - reach);
    const at = i === 0 ? anchor : from + random.integer(Math.min(text.length, anchor + reach) - from);
    const hole = snapToCharacters(text, cutHole(text, at, shapes, random));
    const apart = holes.every((other) => hole.end < other.start || hole.start > other.end);
    if (hole.end > hole.start && apart) holes.push(hole);
  }
  return holes.sort((a, b) => a.start - b.start);
}

function cutHole(text: string, at: number, shapes: HoleShapes, random: Random): CharacterRange {
  const kinds = ['span', 'tail', 'lines', 'word'] as const;
  const kind = kinds[random.weighted(kinds.map((name) => shapes[name]))]!;
  switch (kind) {
    case 'span': {
      const [least, most] = SPAN_CHARACTERS;
      const length = Math.round(least * (most / least) ** random.uniform());
      return { start: at, end: Math.min(text.length, at + length) };
    }
    case 'tail':
      return { start: at, end: lineEnd(text, at) };
    case 'lines': {
      const line = text.lastIndexOf('\n', at - 1) + 1;
      const indentation = /^[ \t]*/.exec(text.slice(line, line + 200))![0].length;
      let end = lineEnd(text, line);
      // Few lines are more likely than many.
      const more = Math.floor((MOST_LINES - 1) * random.uniform() ** 2);
      for (let i = 0; i < more && end < text.length; i++) end = lineEnd(text, end + 1);
      return { start: line + indentation, end };
    }
    case 'word': {
      let start = at;
      let end = at;
      while (start > 0 && isWordCharacter(text, start - 1)) start--;
      while (end < text.length && isWordCharacter(text, end)) end++;
      return { start, end };
    }
  }
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline;
}

function isWordCharacter(text: string, offset: number): boolean {
  return /[\w$]/.test(text[offset]!);
}

function snapToCharacters(text: string, { start, end }: CharacterRange): CharacterRange {
  return { start: snap(text, start), end: snap(text, end) };
}

function snap(text: string, offset: number): number {
  return isInsideCharacter(text, offset) ? offset - 1 : offset;
}
