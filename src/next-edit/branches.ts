import type { Node } from '@vscode/tree-sitter-wasm';
import type { Proposal } from './edit';
import type { Situation } from './situation';

const IF = /^(?:if_statement|if_expression)$/;
/** Comparisons and what they are when negated, both ways. */
const OPPOSITES = [
  ['===', '!=='],
  ['==', '!='],
  ['<', '>='],
  ['>', '<='],
  ['is', 'is not'],
  ['in', 'not in'],
] as const;

/** The two branches of a condition that was negated, in each other's place. */
export function swappedBranches({ tree, edit }: Situation): Proposal[] {
  const around = ifAround(tree.root, edit.start, edit.end);
  const condition = around?.childForFieldName('condition');
  const consequence = around?.childForFieldName('consequence');
  const alternative = around && elseOf(around);
  if (!around || !condition || !consequence || !alternative) return [];
  const now = condition.text;
  const from = edit.start - condition.startIndex;
  const before = now.slice(0, from) + edit.before + now.slice(edit.end - condition.startIndex);
  if (!isNegation(bare(before), bare(now)) && !isNegation(bare(now), bare(before))) return [];
  const between = tree.text.slice(consequence.endIndex, alternative.startIndex);
  const text = alternative.text + between + consequence.text;
  return [{ start: consequence.startIndex, end: alternative.endIndex, text, rule: 'branches' }];
}

/** The innermost condition that a change lies in. */
function ifAround(root: Node, start: number, end: number): Node | undefined {
  for (let node = root.descendantForIndex(start, Math.max(start, end - 1)); node; node = node.parent) {
    const condition = IF.test(node.type) ? node.childForFieldName('condition') : null;
    if (condition && condition.startIndex <= start && condition.endIndex >= end) return node;
  }
  return undefined;
}

/** Finds the body of `else`; undefined where another condition follows it. */
function elseOf(around: Node): Node | undefined {
  const alternatives = around.childrenForFieldName('alternative');
  const [only] = alternatives;
  if (!only || alternatives.length > 1) return undefined;
  const body = /else/.test(only.type) ? (only.childForFieldName('body') ?? only.lastNamedChild) : only;
  return body && !IF.test(body.type) && !/elif|else_if/.test(body.type) ? body : undefined;
}

/** Without the brackets around it. */
function bare(condition: string): string {
  const text = condition.trim();
  return text.startsWith('(') && text.endsWith(')') && isOnePair(text) ? text.slice(1, -1).trim() : text;
}

function isOnePair(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return false;
  }
  return true;
}

function isNegation(one: string, other: string): boolean {
  const rest = /^(?:!|not\s+)(?!=)\s*(.*)$/s.exec(other)?.[1];
  if (rest !== undefined && (rest === one || bare(rest) === one)) return !/&&|\|\|/.test(one) || rest !== one;
  if (/&&|\|\||\band\b|\bor\b/.test(one)) return false;
  return OPPOSITES.some(([positive, negative]) => {
    const parts = one.split(` ${positive} `);
    return parts.length === 2 && parts.join(` ${negative} `) === other;
  });
}
