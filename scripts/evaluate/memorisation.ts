/** Characters that must agree. */
const WINDOW = 50;

const BASE = 0x01000193;
const OUT = power(BASE, WINDOW);
const FILTER_BITS = 22;

/** A text of the model's, or of the task's own, and what it stood between. */
export interface Suspect {
  readonly text: string;
  readonly context: string;
}

/** How many of the suspects are long enough to be looked for, and how many were found. */
export interface Memorised {
  readonly looked: number;
  readonly found: number;
}

/**
 * Looks for every run of 50 characters of the suspects in the training texts, word for word, those left aside that the
 * suspect's own context holds already: copying from there is no sign of learning by heart. One pass over the texts with
 * a rolling hash (Karp and Rabin, 1987), what it hits compared in full.
 *
 * @param groups suspects that are counted apart
 */
export async function findMemorised(
  groups: readonly (readonly Suspect[])[],
  texts: AsyncIterable<{ readonly text: string }>,
): Promise<Memorised[]> {
  const suspects = groups.flat().filter(({ text }) => text.length >= WINDOW);
  const owners = new Map<string, Set<Suspect>>();
  for (const suspect of suspects) {
    for (let i = 0; i + WINDOW <= suspect.text.length; i++) {
      const run = suspect.text.slice(i, i + WINDOW);
      if (run.trim().length < WINDOW / 2 || suspect.context.includes(run)) continue;
      owners.set(run, (owners.get(run) ?? new Set()).add(suspect));
    }
  }
  const filter = new Uint8Array(1 << FILTER_BITS);
  for (const run of owners.keys()) filter[slot(hashOf(run))] = 1;

  const found = new Set<Suspect>();
  for await (const { text } of texts) {
    if (text.length < WINDOW) continue;
    let hash = hashOf(text.slice(0, WINDOW));
    for (let end = WINDOW; ; end++) {
      if (filter[slot(hash)] === 1)
        for (const suspect of owners.get(text.slice(end - WINDOW, end)) ?? []) found.add(suspect);
      if (end === text.length) break;
      hash =
        (Math.imul(hash, BASE) + text.charCodeAt(end) - Math.imul(OUT, text.charCodeAt(end - WINDOW))) | 0;
    }
  }
  return groups.map((group) => ({
    looked: group.filter(({ text }) => text.length >= WINDOW).length,
    found: group.filter((suspect) => found.has(suspect)).length,
  }));
}

function hashOf(run: string): number {
  let hash = 0;
  for (let i = 0; i < run.length; i++) hash = (Math.imul(hash, BASE) + run.charCodeAt(i)) | 0;
  return hash;
}

/** A polynomial's low bits mix least: the high ones are taken. */
function slot(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> (32 - FILTER_BITS);
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}
