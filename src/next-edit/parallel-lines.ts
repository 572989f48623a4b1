import { isIdentifier, type Proposal } from './edit';
import { namePlaces } from './names';
import { isDone, type Situation } from './situation';

const TOKEN = /(["'`])(?:\\.|(?!\1).)*\1|[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.]*|[<>=!&|?+*/%^-]+|\S/gu;
const LITERAL = /^(?:["'`\d]|(?:true|false|null|undefined|None|True|False|nil)$)/;
const BASIC_TYPE = /^(?:boolean|string|number|any|unknown|void|int|long|bool|str|float|double|char)$/;
const IMPORT = /^\s*(?:import|from|package|using|use|#include|require|export\b.*\bfrom)\b/;
/** Fewer neighbours of that kind are alike by chance. */
const FEWEST_LINES = 2;
/** Lines with fewer tokens are alike by chance. */
const FEWEST_TOKENS = 5;

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The same change in the lines next to the changed one that are built as it was: as many tokens of the same kinds, in
 * each of which the same stood in that place.
 */
export function parallelLines(situation: Situation): Proposal[] {
  const { tree, edit, after } = situation;
  const { text } = tree;
  const lineStart = text.lastIndexOf('\n', edit.start - 1) + 1;
  const lineEnd = endOfLine(text, edit.end);
  const old = text.slice(lineStart, edit.start) + edit.before + text.slice(edit.end, lineEnd);
  if (/\n/.test(edit.before) || /\n/.test(after)) return [];
  // What is imported from one place says nothing of what is from another.
  if (IMPORT.test(old)) return [];
  if (isIdentifier(after) && namePlaces(tree, after).some(({ start }) => !isDone(situation, start)))
    return [];
  const own = tokensOf(old);
  const from = edit.start - lineStart;
  const changed = own.flatMap(({ start, end }, i) =>
    start < from + edit.before.length && end > from ? [i] : [],
  );
  const first = changed[0] ?? own.findIndex(({ start }) => start >= from);
  if (own.length < FEWEST_TOKENS || first < 0) return [];
  // A value that is alike in several lines is so by chance.
  if (changed.some((i) => isValue(own[i]!.text))) return [];
  const proposals: Proposal[] = [];
  let lines = 0;
  for (const step of [-1, 1]) {
    let [start, end] = [lineStart, lineEnd];
    for (;;) {
      const next = neighbour(text, start, end, step);
      if (!next) break;
      [start, end] = next;
      const tokens = tokensOf(text.slice(start, end));
      if (!isParallel(own, tokens, changed)) break;
      const others = changed.map((i) => tokens[i]!);
      if (!others.every(({ text: other }, i) => other === own[changed[i]!]!.text)) break;
      const place = start + tokens[first]!.start + from - own[first]!.start;
      if (isDone(situation, place)) {
        lines++;
        continue;
      }
      if (text.slice(place, place + edit.before.length) !== edit.before) break;
      if (changed.length === 0 && !isAlikeAround(own, tokens, first)) break;
      lines++;
      proposals.push({ start: place, end: place + edit.before.length, text: after, rule: 'parallel lines' });
    }
  }
  return lines < FEWEST_LINES ? [] : proposals;
}

function tokensOf(line: string): Token[] {
  return [...line.matchAll(TOKEN)].map(({ 0: text, index }) => ({
    text,
    start: index,
    end: index + text.length,
  }));
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function neighbour(text: string, start: number, end: number, step: number): [number, number] | undefined {
  if (step > 0) return end < text.length ? [end + 1, endOfLine(text, end + 1)] : undefined;
  return start > 0 ? [text.lastIndexOf('\n', start - 2) + 1, start - 1] : undefined;
}

/** The same kinds of tokens in the same order; at least one word besides the changed ones differs, else it is a copy. */
function isParallel(own: readonly Token[], other: readonly Token[], changed: readonly number[]): boolean {
  if (own.length !== other.length) return false;
  const isAlike = own.every(({ text }, i) => kindOf(text) === kindOf(other[i]!.text));
  return isAlike && own.some(({ text }, i) => !changed.includes(i) && text !== other[i]!.text);
}

function isAlikeAround(own: readonly Token[], other: readonly Token[], at: number): boolean {
  return own[at]!.text === other[at]!.text && (at === 0 || own[at - 1]!.text === other[at - 1]!.text);
}

function kindOf(token: string): string {
  if (LITERAL.test(token)) return 'literal';
  return /^[\p{L}_$]/u.test(token) ? 'word' : token;
}

function isValue(token: string): boolean {
  return LITERAL.test(token) || BASIC_TYPE.test(token);
}
