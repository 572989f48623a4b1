import { betweenOf, middlesOf, type Task } from './task';

/** Most characters of the text before the hole that are looked for elsewhere, and fewest. */
const LONGEST_MATCH = 32;
const SHORTEST_MATCH = 3;
/** Most characters of the text after the hole that end a copy. */
const LONGEST_STOP = 8;
/** Most characters copied. */
const LONGEST_COPY = 400;

/** Nothing at all. */
export function emptyFills(task: Task): string[] {
  return middlesOf(task).map(() => '');
}

/**
 * Copies from the context what followed the same characters there: the longest run of characters before the hole, 32 to
 * 3, that occurs once more, nearest before the hole first, then after it. The copy ends where the longest beginning of
 * the text after the hole, 8 to 1 characters, occurs in it; without such an end nothing is copied.
 */
export function copyFills(task: Task): string[] {
  const texts = [task.prefix, ...betweenOf(task), task.suffix];
  return middlesOf(task).map((_, hole) => {
    // Other holes are unknown as well: nothing is copied across them.
    const others = texts.filter((_, i) => i !== hole);
    return copy(texts[hole]!, texts[hole + 1]!, others);
  });
}

function copy(before: string, after: string, others: readonly string[]): string {
  for (let length = Math.min(LONGEST_MATCH, before.length); length >= SHORTEST_MATCH; length--) {
    const wanted = before.slice(-length);
    for (const [i, text] of [before, ...others].entries()) {
      // In the text before the hole the nearest earlier place, and not the hole's own.
      const at = i === 0 ? text.lastIndexOf(wanted, text.length - length - 1) : text.indexOf(wanted);
      if (at < 0) continue;
      const following = text.slice(at + length, at + length + LONGEST_COPY);
      const end = endOf(following, after);
      if (end !== undefined) return following.slice(0, end);
    }
  }
  return '';
}

/** Where the text after the hole begins in what is copied; undefined where it does not, or at once. */
function endOf(following: string, after: string): number | undefined {
  for (let length = Math.min(LONGEST_STOP, after.length); length >= 1; length--) {
    const end = following.indexOf(after.slice(0, length));
    if (end > 0) return end;
  }
  return undefined;
}
