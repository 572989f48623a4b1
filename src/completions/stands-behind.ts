import { damageOf, damageWith } from '../syntax/damage';
import type { SyntaxTree } from '../syntax/syntax-tree';
import type { Place } from './request';

const WORD = /[\p{L}\p{N}_]/u;
const ENDS = /^[\s)\]}>"'`;,]+$/;

/**
 * Takes off the end of a completion what stands behind the cursor already: brackets, quotes, `;`, `,`, words. What may
 * well be meant twice stays: the tree must not become worse, and words that repeat must reach to the end of the line.
 *
 * @param tree of the text without the completion; without one nothing is known of brackets and quotes
 */
export async function trimStandsBehind(
  text: string,
  place: Place,
  tree: SyntaxTree | undefined,
): Promise<string> {
  const rest = place.rest.trimEnd();
  if (rest === '') return text;
  // Blanks in front of a blank.
  const own = /^\s/.test(rest) ? text.trimEnd() : text;
  const cuts = repeatedEnds(own, rest);
  if (!tree) {
    const cut = cuts.find(
      ({ end, toLineEnd }) => (toLineEnd && WORD.test(rest)) || /^\s*[;,]\s*$/.test(own.slice(end)),
    );
    return cut ? own.slice(0, cut.end) : own;
  }
  let best = { text: own, damage: await damageWith(tree, place.prefix.length, own) };
  for (const { end, toLineEnd } of cuts) {
    const kept = own.slice(0, end);
    const damage = kept === '' ? damageOf(tree) : await damageWith(tree, place.prefix.length, kept);
    const mayEqual = toLineEnd || ENDS.test(own.slice(end));
    if (damage < best.damage || (damage === best.damage && mayEqual)) best = { text: kept, damage };
  }
  return best.text;
}

/** Where the end of a text begins that stands behind it too, the shortest end first. */
function repeatedEnds(text: string, rest: string): { end: number; toLineEnd: boolean }[] {
  const cuts: { end: number; toLineEnd: boolean }[] = [];
  for (let end = text.length - 1; end >= 0; end--) {
    if (isWithinWord(text, end)) continue;
    const repeated = text.slice(end);
    if (repeated.trim() === '') continue;
    const exact = rest.trimStart().startsWith(repeated.trim());
    const length = rest.length - rest.trimStart().length + repeated.trim().length;
    if (exact && !isWithinWord(rest, length)) cuts.push({ end, toLineEnd: length === rest.length });
    else if (isInOrder(repeated.replaceAll(/\s/g, ''), rest)) cuts.push({ end, toLineEnd: false });
  }
  return cuts;
}

function isWithinWord(text: string, index: number): boolean {
  return index > 0 && WORD.test(text.charAt(index - 1)) && WORD.test(text.charAt(index));
}

/** Tells whether all marks of the one are among the marks that the other begins with, in their order: `;` in `);`. */
function isInOrder(repeated: string, rest: string): boolean {
  const marks = /^[\s)\]}>"'`;,]*/.exec(rest)![0];
  let from = 0;
  for (const mark of repeated) {
    from = marks.indexOf(mark, from) + 1;
    if (from === 0) return false;
  }
  return true;
}
