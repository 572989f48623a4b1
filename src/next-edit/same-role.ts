import type { Node } from '@vscode/tree-sitter-wasm';
import { isFunction } from '../syntax/functions';
import { isString } from '../syntax/text-at';
import { isIdentifier, type Proposal } from './edit';
import { namePlaces } from './names';
import { isDone, type Situation } from './situation';

/** Strings that stand in many places for many reasons. */
const COMMON_STRING =
  /^(?:string|number|boolean|object|function|undefined|symbol|bigint|utf-?8|ascii|hex|base64|binary|use strict|true|false|null|div|span|GET|POST|data|error|end|close|name|value|id|key|type|default|\W*|.{0,2})$/i;

/** The other places of a string that was changed, where they have the same role, or the string is no common one. */
export function equalStrings(situation: Situation): Proposal[] {
  const { tree, edit, after } = situation;
  const own = stringAt(tree.root, edit.start, edit.end);
  if (!own) return [];
  const now = own.text;
  const old = now.slice(0, edit.start - own.startIndex) + edit.before + now.slice(edit.end - own.startIndex);
  if (/[\r\n]/.test(old) || old === now) return [];
  const content = old.replace(/^\w*["'`]|["'`]$/g, '');
  // A string that was not there before, or was empty, stands nowhere else.
  if (content === '') return [];
  const isCommon = COMMON_STRING.test(content);
  const role = roleOf(own);
  const proposals: Proposal[] = [];
  for (const start of placesOf(tree.text, old)) {
    const other = stringAt(tree.root, start, start + old.length);
    if (!other || other.startIndex !== start || other.endIndex !== start + old.length) continue;
    if (isCommon && roleOf(other) !== role) continue;
    proposals.push({
      start: start + edit.start - own.startIndex,
      end: start + edit.start - own.startIndex + edit.before.length,
      text: after,
      rule: 'string',
    });
  }
  return isCommon && proposals.length > 3 ? [] : proposals;
}

/** The other places where the same name is annotated with the type that was changed. */
export function equalTypes(situation: Situation): Proposal[] {
  const { tree, edit, after } = situation;
  const own = annotationAt(tree.root.descendantForIndex(edit.start, Math.max(edit.start, edit.end - 1)));
  if (!own || !/\w/.test(edit.before) || !/\w/.test(after)) return [];
  const { name, type } = own;
  const offset = edit.start - type.startIndex;
  const old = type.text.slice(0, offset) + edit.before + type.text.slice(edit.end - type.startIndex);
  return namePlaces(tree, name).flatMap(({ node }): Proposal[] => {
    const other = annotationAt(node, name);
    if (!other || other.type.startIndex === type.startIndex || other.type.text !== old) return [];
    const start = other.type.startIndex + offset;
    return isDone(situation, start)
      ? []
      : [{ start, end: start + edit.before.length, text: after, rule: 'type' }];
  });
}

interface Annotation {
  readonly name: string;
  readonly type: Node;
}

/** Finds a name and its type annotation, from a node within the type, or from the name itself where that is given. */
function annotationAt(from: Node | null, name?: string): Annotation | undefined {
  for (let node = from, inner = from; node; inner = node, node = node.parent) {
    const type = node.childForFieldName('type');
    if (!type || isFunction(node)) continue;
    if (name === undefined && type.id !== inner?.id) continue;
    const named = ['name', 'pattern', 'declarator']
      .map((field) => node.childForFieldName(field))
      .find((child) => child !== null);
    const word = named && /^[\p{L}_$][\p{L}\p{N}_$]*/u.exec(named.text)?.[0];
    if (!word || (name !== undefined && word !== name)) return undefined;
    return isIdentifier(word) ? { name: word, type } : undefined;
  }
  return undefined;
}

function* placesOf(text: string, part: string): Generator<number> {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) yield at;
}

function stringAt(root: Node, start: number, end: number): Node | undefined {
  let node = root.descendantForIndex(start, Math.max(start, end - 1));
  let found: Node | undefined;
  for (let depth = 0; node && depth < 4; depth++, node = node.parent) if (isString(node)) found = node;
  return found && start >= found.startIndex && end <= found.endIndex ? found : undefined;
}

/** Names the use of a string: the call and the number of the argument, the key, or what it is compared with. */
function roleOf(string: Node): string {
  const { parent } = string;
  if (!parent) return '';
  if (/argument/.test(parent.type)) {
    const called = parent.parent?.namedChildren[0]?.text.split(/[.\s]/).at(-1) ?? '';
    const index = parent.namedChildren.findIndex((child) => child?.id === string.id);
    return `${called}(${index}`;
  }
  const other = parent.namedChildren.find((child) => child && child.id !== string.id);
  return `${parent.type} ${other?.text.slice(0, 60) ?? ''}`;
}
