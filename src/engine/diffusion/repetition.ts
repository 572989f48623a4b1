import type { Canvas, Cell } from './canvas';

/** Longest run of tokens, a word or a line, that is looked for. */
const LONGEST_RUN = 24;
/** Copies in a row that are not damped. */
const FREE_COPIES = 2;

/**
 * Which masks of a canvas would become a further copy of what stands in front of them, and the how-manieth beyond two:
 * a word or line of up to 24 tokens, three times or more in a row. Only in holes whose length is known; others end
 * instead of going on.
 *
 * @param proposals what each masked cell would get; the canvas together with them is what is looked at
 */
export function surplusCopies(
  canvas: Canvas,
  proposals: ReadonlyMap<Cell, number>,
): ReadonlyMap<Cell, number> {
  const surplus = new Map<Cell, number>();
  for (const cells of canvas.holes) {
    if (cells.some(({ elastic }) => elastic)) continue;
    const tokens = cells.map((cell) => cell.token ?? proposals.get(cell));
    for (let run = 1; run <= LONGEST_RUN; run++) {
      // How many tokens up to here are those that stand one run before them.
      let equal = 0;
      for (let i = run; i < tokens.length; i++) {
        equal = tokens[i] !== undefined && tokens[i] === tokens[i - run] ? equal + 1 : 0;
        const copies = Math.floor((equal - 1) / run) + 2 - FREE_COPIES;
        const cell = cells[i]!;
        if (equal > 0 && copies > (surplus.get(cell) ?? 0) && proposals.has(cell)) surplus.set(cell, copies);
      }
    }
  }
  return surplus;
}
