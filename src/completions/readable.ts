import { damageOf, damageWith, GRAMMARS_OF_TAGS } from '../syntax/damage';
import { endingsOf } from '../syntax/endings';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { textAt } from '../syntax/text-at';
import { linesOf, type Place } from './request';

/** Brackets, quotes and marks that only end something. */
const ENDS = /^[\s()[\]{}<>"'`;,/*|]*$/;
/** A text with more damage is in a dialect that the grammar does not know. */
const MOST_DAMAGE = 3;
/** So many ends of words a completion is tried to be cut at, then only ends of lines. */
const MOST_WORDS = 48;

/**
 * Cuts a completion that makes the tree worse: at the last place where it does not. What is only not finished, as the
 * head of a block, makes it no worse.
 *
 * @param tree of the text without the completion
 * @returns '' where no beginning of it can be read
 */
export async function cutToReadable(text: string, place: Place, tree: SyntaxTree): Promise<string> {
  const at = place.prefix.length;
  const before = damageOf(tree);
  if (before > MOST_DAMAGE || endsComment(text, at, tree)) return text;
  if (GRAMMARS_OF_TAGS.includes(tree.grammar) && endsElementAbove(text, place)) return text;
  const after = await damageWith(tree, at, text);
  if (after === 0) return text;
  if (after <= before) return withoutStrayEnds(text, after, place, tree);
  if (place.rest.trim() === '' && (await isBeginning(text, before, place, tree))) return text;
  const inCode = ['code', 'markup text'].includes(textAt(tree, at));
  for (const end of endsWithin(text)) {
    const kept = text.slice(0, end);
    // In a string only its end may be one too many; what else goes on there is meant for another place.
    if (!inCode && !ENDS.test(text.slice(end))) return '';
    if (/,\s*$/.test(kept) && /^\s*[)\]}]/.test(place.rest)) continue;
    if ((await damageWith(tree, at, kept)) <= before) return kept;
  }
  return '';
}

/**
 * Tells whether a completion in a comment stays in it, or only ends it: the code behind, which was a part of the comment until
 * then, may have damage of its own.
 */
function endsComment(text: string, at: number, tree: SyntaxTree): boolean {
  const kind = textAt(tree, at);
  if (kind === 'comment') return !/[\r\n]|\*\/|-->/.test(text.replace(/(?:\*\/|-->|\]\]|#>)\s*$/, ''));
  return kind === 'docstring' && /^[^\r\n"']*(?:"""|''')\s*$/.test(text);
}

/** A tag below the one that it closes is right, though a tag too many stands elsewhere. */
function endsElementAbove(text: string, { prefix, lineStart, lineIsBlank }: Place): boolean {
  const name = /^<\/([\w:.-]+)>$/.exec(text.trim())?.[1];
  if (name === undefined || !lineIsBlank) return false;
  const line = linesOf(prefix)
    .slice(0, -1)
    .findLast((one) => one.trim() !== '' && /^\s*/.exec(one)![0].length <= lineStart.length);
  return line !== undefined && line.startsWith(`${lineStart}<${name}`) && !line.includes(`</${name}`);
}

/** A part that closes nothing is not needed where something is left open anyway; a cut must make the tree better. */
async function withoutStrayEnds(
  text: string,
  damage: number,
  { prefix }: Place,
  tree: SyntaxTree,
): Promise<string> {
  let best = { text, damage };
  for (const end of endsWithin(text)) {
    if (!/^[\s)\]};,"'`]+$/.test(text.slice(end))) break;
    const kept = text.slice(0, end);
    const left = kept === '' ? damageOf(tree) : await damageWith(tree, prefix.length, kept);
    if (left < best.damage) best = { text: kept, damage: left };
  }
  return best.text;
}

async function isBeginning(
  text: string,
  before: number,
  { prefix, lineStart }: Place,
  tree: SyntaxTree,
): Promise<boolean> {
  const indentation = /^\s*/.exec(lineStart)![0];
  for (const ending of endingsOf(text, tree.grammar, indentation)) {
    if ((await damageWith(tree, prefix.length, text + ending)) <= before) return true;
  }
  return false;
}

/** Where a text can be cut without cutting a word, last place first, the end itself left out. */
function endsWithin(text: string): number[] {
  const words = [...text.matchAll(/[\p{L}\p{N}_$]+|\s+|./gsu)].map(({ index }) => index).reverse();
  const lines = words.slice(MOST_WORDS).filter((index) => /[\r\n]/.test(text.charAt(index)));
  return [...words.slice(0, MOST_WORDS), ...lines];
}
