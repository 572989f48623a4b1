/** A text that stands elsewhere between the same characters as the hole. */
export interface Repetition {
  readonly text: string;
  /** Characters before it that also stand before the hole, 1 to {@link LONGEST_MATCH}. */
  readonly before: number;
  /** Characters after it that also stand after the hole, 1 to {@link LONGEST_MATCH}. */
  readonly after: number;
}

export const LONGEST_MATCH = 32;
/** At least this many characters before the hole are looked for elsewhere, or this many after it. */
const SHORTEST_BEFORE = 3;
const SHORTEST_AFTER = 8;
/** The other side of a repetition is settled as soon as it matches this well. */
const ENOUGH = 8;
/** Most characters of a repetition. */
const LONGEST_TEXT = 200;
/** Shorter lines (brackets, blanks) may follow themselves. */
const SHORTEST_LINE = 4;
/** Characters on each side in which the lines around the hole are looked for. */
const NEAR = 1000;
/** How far from the hole is looked, and how many places are: what is near repeats more, and time is short. */
const FARTHEST = 24_000;
const MOST_PLACES = 500;

/**
 * Texts that the surroundings of a hole repeat: what followed the same characters elsewhere, up to where the text after
 * the hole begins, and what preceded the text after the hole elsewhere. The idea is prompt lookup decoding (Saxena 2023;
 * Yang et al., arXiv 2304.04487), which knows the left side only; here both sides count.
 *
 * @param before the texts before the hole, between other holes if there are several; the last one ends at the hole
 * @param after those after it; the first one begins at the hole's end
 * @returns each text once, with its best match, in no order
 */
export function findRepetitions(before: readonly string[], after: readonly string[]): Repetition[] {
  const sources = [
    ...before.map((text): Source => ({ text: text.slice(-FARTHEST), side: 'before' })).reverse(),
    ...after.map((text): Source => ({ text: text.slice(0, FARTHEST), side: 'after' })),
  ];
  const hole = { before: sources[0]!.text, after: sources[before.length]!.text };
  const lines = linesAround(hole);
  const best = new Map<string, Repetition>();
  for (const source of sources) {
    for (const found of [...afterSameBeginning(source, hole), ...beforeSameEnd(source, hole)]) {
      if (found.text.trim() === '' || !found.text.isWellFormed() || doublesLine(found.text, lines)) continue;
      const known = best.get(found.text);
      if (!known || known.before + known.after < found.before + found.after) best.set(found.text, found);
    }
  }
  return [...best.values()];
}

/** The texts that touch the hole. */
interface Edges {
  readonly before: string;
  readonly after: string;
}

/** The line that the hole begins in with the one above it, and the line that it ends in with the one below. */
function linesAround({ before, after }: Edges): Edges {
  return {
    before: before.slice(-NEAR).split('\n').slice(-2).join('\n'),
    after: after.slice(0, NEAR).split('\n').slice(0, 2).join('\n'),
  };
}

/** Tells if with a text in the hole one of its lines would follow itself, which programs hardly ever have. */
function doublesLine(text: string, { before, after }: Edges): boolean {
  const lines = `${before}${text}${after}`.split('\n');
  return lines.some((line, i) => line === lines[i + 1] && line.trim().length >= SHORTEST_LINE);
}

/** A text to look in. */
interface Source {
  readonly text: string;
  readonly side: keyof Edges;
}

/** Each place where the last characters before the hole stand, and the best end of a text that begins there. */
function* afterSameBeginning(source: Source, hole: Edges): Generator<Repetition> {
  const { text } = source;
  if (hole.before.length < SHORTEST_BEFORE) return;
  for (const found of occurrences(hole.before.slice(-SHORTEST_BEFORE), source)) {
    const start = found + SHORTEST_BEFORE;
    const last = Math.min(text.length, start + LONGEST_TEXT);
    let [end, matched] = [0, 0];
    for (let at = start + 1; at < last && matched < ENOUGH; at++) {
      const common = commonStart(text, at, hole.after);
      if (common > matched) [end, matched] = [at, common];
    }
    if (matched > 0) {
      const before = commonEnd(text, start, hole.before);
      yield { text: text.slice(start, end), before, after: matched };
    }
  }
}

/** Each place where the first characters after the hole stand, and the best beginning of a text that ends there. */
function* beforeSameEnd(source: Source, hole: Edges): Generator<Repetition> {
  const { text } = source;
  if (hole.after.length < SHORTEST_AFTER) return;
  for (const end of occurrences(hole.after.slice(0, SHORTEST_AFTER), source)) {
    const first = Math.max(1, end - LONGEST_TEXT);
    let [start, matched] = [0, 0];
    for (let at = end - 1; at >= first && matched < ENOUGH; at--) {
      const common = commonEnd(text, at, hole.before);
      if (common > matched) [start, matched] = [at, common];
    }
    if (matched > 0) {
      const after = commonStart(text, end, hole.after);
      yield { text: text.slice(start, end), before: matched, after };
    }
  }
}

/** Where a string stands in a text, nearest to the hole first. */
function* occurrences(wanted: string, { text, side }: Source): Generator<number> {
  const backwards = side === 'before';
  let at = backwards ? text.lastIndexOf(wanted) : text.indexOf(wanted);
  for (let found = 0; at >= 0 && found < MOST_PLACES; found++) {
    yield at;
    if (backwards && at === 0) return;
    at = backwards ? text.lastIndexOf(wanted, at - 1) : text.indexOf(wanted, at + 1);
  }
}

/** How many characters from `at` on are those that `other` begins with. */
function commonStart(text: string, at: number, other: string): number {
  let count = 0;
  while (count < LONGEST_MATCH && at + count < text.length && text[at + count] === other[count]) count++;
  return count;
}

/** How many characters before `at` are those that `other` ends with. */
function commonEnd(text: string, at: number, other: string): number {
  let count = 0;
  while (count < LONGEST_MATCH && count < at && text[at - 1 - count] === other[other.length - 1 - count])
    count++;
  return count;
}
