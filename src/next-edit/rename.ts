import type { Node } from '@vscode/tree-sitter-wasm';
import { isFunction } from '../syntax/functions';
import { isIdentifier, type Proposal } from './edit';
import {
  classOf,
  declarationOf,
  isAccess,
  isKey,
  mayBeBare,
  namePlaces,
  scopeOf,
  type NamePlace,
} from './names';
import { isDone, type Situation } from './situation';

/** Members that things of a language's own library have too: only those of `this` are surely meant. */
const COMMON_MEMBERS = new Set(
  'length size name value key keys values type id get set has add delete clear push pop shift map filter forEach find join split slice concat index indexOf includes replace match test exec then catch finally call apply bind on off emit once toString valueOf equals hashCode start end open close read write next done return data message code stack options'.split(
    ' ',
  ),
);

/** The other places of a name that was changed where it is declared. */
export function renames(situation: Situation): Proposal[] {
  const { tree, edit, after } = situation;
  const { before } = edit;
  if (!isIdentifier(before) || !isIdentifier(after)) return [];
  const renamed = namePlaces(tree, after);
  const place = renamed.find(({ start }) => start === edit.start);
  if (!place) return [];
  const uses = classOf(tree, place)
    ? usesOfMember(situation, place, renamed)
    : usesInScope(situation, place, renamed);
  const others = usesKnown(situation, renamed).filter(
    (other) => !uses.some(({ start }) => start === other.start),
  );
  return [...uses, ...others].map(({ node, start, end }) => ({
    start,
    end,
    text: textFor(node, before, after),
    rule: 'rename',
  }));
}

/** The places that a language service knows. */
function usesKnown(situation: Situation, renamed: readonly NamePlace[]): NamePlace[] {
  const { tree, edit, references = [] } = situation;
  // A name that is known there already means something else.
  if (references.length === 0 || renamed.some(({ start }) => !isDone(situation, start))) return [];
  return namePlaces(tree, edit.before).filter(({ start }) => references.includes(start));
}

function usesInScope(situation: Situation, place: NamePlace, renamed: readonly NamePlace[]): NamePlace[] {
  const { tree, edit } = situation;
  const declaration = declarationOf(place);
  if (!declaration) return [];
  const scope = scopeOf(tree, place, declaration);
  // A name that is known there already means something else.
  if (
    renamed.some(
      (other) => isPlain(situation, other) && isWithin(other, scope) && !isDone(situation, other.start),
    )
  )
    return [];
  const others = namePlaces(tree, edit.before).filter(
    (other) => isPlain(situation, other) && isWithin(other, scope),
  );
  const shadows = others.flatMap((other) => {
    const declared = declarationOf(other);
    const inner = declared && scopeOf(tree, other, declared);
    return inner && inner.id !== scope.id && isProper(inner, scope) ? [inner] : [];
  });
  const uses = others.filter((other) => !shadows.some((inner) => isWithin(other, inner)));
  return [...tagsOf(situation, declaration, scope), ...uses];
}

/** A name by itself, not a member of something. */
function isPlain({ tree }: Situation, place: NamePlace): boolean {
  return !isAccess(tree, place) && !isKey(place) && !classOf(tree, place);
}

/** `@param` in the comment before the function whose parameter was renamed. */
function tagsOf({ tree, edit }: Situation, declaration: Node, scope: Node): NamePlace[] {
  if (!/param/.test(declaration.type) || !isFunction(scope)) return [];
  const head = tree.text.slice(0, scope.startIndex);
  const comment = /\/\*\*(?:[^*]|\*(?!\/))*\*\/[^;{}/]*$/.exec(head);
  const escaped = edit.before.replaceAll('$', '\\$');
  const tag =
    comment &&
    new RegExp(`@param\\s+(?:\\{[^\\n]*\\}\\s*)?\\[?(${escaped})(?![\\w$.])`, 'd').exec(comment[0]);
  const at = tag?.indices?.[1];
  if (!comment || !at) return [];
  return [{ node: scope, start: comment.index + at[0], end: comment.index + at[1] }];
}

function usesOfMember(situation: Situation, place: NamePlace, renamed: readonly NamePlace[]): NamePlace[] {
  const { tree, edit } = situation;
  const { before } = edit;
  const around = classOf(tree, place)!;
  if (renamed.some((other) => !isDone(situation, other.start) && !isPlainHere(situation, other))) return [];
  // `#a` and `a` are two members.
  const others = namePlaces(tree, before).filter((other) => isPrivate(other) === isPrivate(place));
  const declared = others.filter((other) => {
    const its = classOf(tree, other);
    return its !== undefined && its.id !== around.id && its.type !== 'object';
  });
  // What another class has too, and what everything has, is meant for certain only behind `this`.
  const isOnly = declared.length === 0 && !COMMON_MEMBERS.has(before);
  return others.filter((other) => {
    if (isWithin(other, around) && classOf(tree, other)?.id === around.id) return around.type !== 'object';
    if (isAccess(tree, other)) {
      const isOwn = isOfThis(situation, other) && isWithin(other, around);
      // Within a class others' members of its name are often others of that name.
      return isOwn || (isOnly && (isInterface(around) || !isWithin(other, around)));
    }
    if (classOf(tree, other)?.type === 'object') return isOnly && isInterface(around);
    return mayBeBare(tree) && !isKey(other) && isWithin(other, around) && !isHidden(situation, other, around);
  });
}

function isPrivate({ node, start }: NamePlace): boolean {
  return node.startIndex < start;
}

function isInterface({ type }: Node): boolean {
  return type === 'object_type' || type === 'interface_body';
}

function isPlainHere({ tree }: Situation, other: NamePlace): boolean {
  return !mayBeBare(tree) && !isAccess(tree, other) && !classOf(tree, other);
}

/** True where a local of the same name is meant. */
function isHidden({ tree, edit }: Situation, { node }: NamePlace, around: Node): boolean {
  for (let inner = node.parent; inner && inner.id !== around.id; inner = inner.parent) {
    const scope = inner;
    const locals = isFunction(inner)
      ? namePlaces(tree, edit.before).filter(
          (other) => isWithin(other, scope) && declarationOf(other) && !classOf(tree, other),
        )
      : [];
    if (locals.some(({ node: local }) => local.id !== inner.childForFieldName('name')?.id)) return true;
  }
  return false;
}

function isOfThis({ tree }: Situation, { node }: NamePlace): boolean {
  return /(?:\bthis|\bself|\bcls)\s*(?:\??\.|->)\s*$/.test(
    tree.text.slice(Math.max(0, node.startIndex - 24), node.startIndex),
  );
}

function isWithin({ start, end }: { readonly start: number; readonly end: number }, node: Node): boolean {
  return start >= node.startIndex && end <= node.endIndex;
}

function isProper(inner: Node, outer: Node): boolean {
  return inner.startIndex >= outer.startIndex && inner.endIndex <= outer.endIndex;
}

/** `{ a }` stays a property called a. */
function textFor(node: Node, before: string, after: string): string {
  const isShorthand = /^shorthand_property_identifier$|^shorthand_field_identifier$/.test(node.type);
  return isShorthand ? `${before}: ${after}` : after;
}
