import type { Node } from '@vscode/tree-sitter-wasm';
import { isString } from '../../../src/syntax/text-at';
import { grouped, shuffled, wordPlaces, type Subject } from './rule';
import type { FoundChange, Replacement } from './task';

/** Strings that name a type or a way of writing stand in many places for many reasons. */
const GENERIC =
  /^(?:string|number|boolean|object|function|undefined|symbol|utf-?8|ascii|hex|base64|use strict)$/;
const TOKEN = /(["'`])(?:\\.|(?!\1).)*\1|[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.]*|[<>=!&|?+*/%^-]+|\S/gu;

/**
 * A string constant that stands in several places; without consequence: one that stands in one, or a generic one, of which
 * each place means its own.
 */
export function changeString(
  { document: { text }, tree, random, newName }: Subject,
  hasConsequence: boolean,
): FoundChange | undefined {
  const strings = nodes(tree.root, isString).filter(({ text: written }) =>
    /^["'][^"'\n\\]*[A-Za-z][^"'\n\\]*["']$/.test(written),
  );
  const groups = [...grouped(strings, ({ text: written }) => written).values()];
  for (const [first, ...rest] of shuffled(groups, random)) {
    const content = first!.text.slice(1, -1);
    const isGeneric = GENERIC.test(content);
    const isShared = rest.length >= 1 && rest.length <= 5;
    const isWanted = hasConsequence
      ? isShared && !isGeneric && content.length >= 4
      : (rest.length === 0 && content.length >= 4) || (isShared && isGeneric);
    if (!isWanted || [...rest].some(({ startIndex }) => startIndex < first!.endIndex)) continue;
    const word = /[A-Za-z]\w*/.exec(content)!;
    const to = content.slice(0, word.index) + newName(word[0]) + content.slice(word.index + word[0].length);
    const change = ({ startIndex, endIndex }: Node): Replacement => ({
      start: startIndex + 1,
      end: endIndex - 1,
      text: to,
    });
    return { text, first: change(first!), rest: hasConsequence ? rest.map(change) : [] };
  }
  return undefined;
}

/** A condition is negated, and its branches change places; without consequence: there is no other branch. */
export function negate(
  { document: { text }, tree, random }: Subject,
  hasConsequence: boolean,
): FoundChange | undefined {
  const conditions = nodes(tree.root, ({ type }) => type === 'if_statement');
  for (const node of shuffled(conditions, random)) {
    const condition = node.childForFieldName('condition');
    const yes = node.childForFieldName('consequence');
    const alternatives = node.childrenForFieldName('alternative');
    const no =
      alternatives[0] &&
      (/else/.test(alternatives[0].type)
        ? (alternatives[0].childForFieldName('body') ?? alternatives[0].lastNamedChild)
        : alternatives[0]);
    const isBlock = (body: Node | null | undefined): boolean =>
      !!body && /block|compound_statement/.test(body.type);
    if (
      !condition ||
      !yes ||
      !isBlock(yes) ||
      (hasConsequence ? alternatives.length !== 1 || !isBlock(no) : alternatives.length > 0)
    )
      continue;
    if (node.parent && /else|if_statement/.test(node.parent.type)) continue;
    const isBracketed = condition.text.startsWith('(');
    const content = isBracketed ? condition.text.slice(1, -1) : condition.text;
    const start = condition.startIndex + (isBracketed ? 1 : 0);
    const to = negation(content, tree.grammar === 'python');
    if (to === undefined) continue;
    const first = { start, end: start + content.length, text: to };
    const rest = hasConsequence
      ? [
          {
            start: yes.startIndex,
            end: no!.endIndex,
            text: no!.text + text.slice(yes.endIndex, no!.startIndex) + yes.text,
          },
        ]
      : [];
    return { text, first, rest };
  }
  return undefined;
}

function negation(condition: string, inWords: boolean): string | undefined {
  if (condition.includes('\n')) return undefined;
  if (/^[\w$.]+(?:\([^()]*\))?$/.test(condition)) return inWords ? `not ${condition}` : `!${condition}`;
  const taken = /^(?:!|not )([\w$.]+(?:\([^()]*\))?)$/.exec(condition);
  if (taken) return taken[1]!;
  const parts = condition.split(/ (===|!==|==|!=) /);
  if (parts.length === 3 && !/&&|\|\||\band\b|\bor\b/.test(condition))
    return `${parts[0]!} ${parts[1]!.startsWith('!') ? '=' : '!'}${parts[1]!.slice(1)} ${parts[2]!}`;
  return inWords ? undefined : `!(${condition})`;
}

/**
 * A word or operator that three lines in a row or more have in the same place; without consequence: a word that is
 * another one in each, and stands nowhere else.
 */
export function changeParallel(
  { document: { text }, random, newName }: Subject,
  hasConsequence: boolean,
): FoundChange | undefined {
  const lines = linesOf(text);
  const runs: Line[][] = [];
  for (let i = 0; i < lines.length; i++) {
    const run = [lines[i]!];
    while (lines[i + 1]?.skeleton === run[0]!.skeleton && run[0]!.tokens.length >= 5) run.push(lines[++i]!);
    if (run.length >= 3 && run.length <= 12) runs.push(run);
  }
  for (const run of shuffled(runs, random)) {
    const [first, ...rest] = run;
    const places = first!.tokens.flatMap((token, i) => {
      const to = replacementOf(token.text, newName);
      if (to === undefined) return [];
      const isShared = run.every(({ tokens }) => tokens[i]!.text === token.text);
      const isOwn =
        isWord(token.text) &&
        wordPlaces(text, token.text).length === 1 &&
        new Set(run.map(({ tokens }) => tokens[i]!.text)).size === run.length;
      return (hasConsequence ? isShared : isOwn) ? [{ i, to }] : [];
    });
    const differs = first!.tokens.some((token, i) =>
      run.some(({ tokens }) => tokens[i]!.text !== token.text),
    );
    const place = places[random.integer(Math.max(1, places.length))];
    if (!place || !differs) continue;
    const change = ({ tokens }: Line): Replacement => ({
      start: tokens[place.i]!.start,
      end: tokens[place.i]!.start + tokens[place.i]!.text.length,
      text: place.to,
    });
    return { text, first: change(first!), rest: hasConsequence ? rest.map(change) : [] };
  }
  return undefined;
}

const OPERATORS: Readonly<Record<string, string>> = {
  '||': '??',
  '===': '==',
  '==': '===',
  const: 'let',
  let: 'const',
  public: 'private',
  private: 'protected',
};
const KEYWORD =
  /^(?:if|else|for|while|return|new|this|self|import|from|export|function|class|case|default|break|static|var|void|typeof|async|await|def|in|of|is|not|and|or|final|int|long|type|interface|extends|declare|readonly|require|use|pub|fn|mut|true|false|null|undefined|None|True|False)$/;

function replacementOf(token: string, newName: (like: string) => string): string | undefined {
  const operator = OPERATORS[token];
  if (operator !== undefined) return operator;
  return isWord(token) && !KEYWORD.test(token) ? newName(token) : undefined;
}

function isWord(token: string): boolean {
  return /^[A-Za-z_$][\w$]{2,}$/.test(token);
}

interface Line {
  readonly tokens: readonly { readonly text: string; readonly start: number }[];
  readonly skeleton: string;
}

function linesOf(text: string): Line[] {
  let start = 0;
  return text.split('\n').map((line) => {
    const from = start;
    start += line.length + 1;
    const tokens = [...line.matchAll(TOKEN)].map(({ 0: token, index }) => ({
      text: token,
      start: from + index,
    }));
    const isProse = /^\s*(?:import\b|from\b|package\b|export .* from\b|\/\/|\/\*|\*|#|")/.test(line);
    const skeleton = isProse
      ? `${from}`
      : tokens
          .map(({ text: token }) => (/^["'`\d]/.test(token) ? '0' : /^[\w$]/.test(token) ? 'a' : token))
          .join(' ');
    return { tokens, skeleton };
  });
}

function nodes(root: Node, is: (node: Node) => boolean): Node[] {
  const found: Node[] = [];
  const look = (node: Node): void => {
    if (is(node)) found.push(node);
    for (const child of node.namedChildren) if (child) look(child);
  };
  look(root);
  return found;
}
