import type { Node } from '@vscode/tree-sitter-wasm';
import { isFunction } from '../syntax/functions';
import { isName } from '../syntax/names';
import type { SyntaxTree } from '../syntax/syntax-tree';
import type { Proposal } from './edit';
import { classOf, declarationOf, isAccess, namePlaces, scopeOf, type NamePlace } from './names';
import type { Situation } from './situation';

const PARAMETERS =
  /^(?:formal_parameters|parameters|parameter_list|method_parameters|function_value_parameters)$/;

/**
 * The calls of a function that was given a parameter, or lost one. A new parameter without a default is passed on where
 * its own name is known; elsewhere nobody knows what is to be passed.
 */
export async function changedArguments(situation: Situation): Promise<Proposal[]> {
  const change = await changedParameters(situation);
  if (!change) return [];
  const { tree } = situation;
  const { has, index, isAdded, calls } = change;
  if (!isAdded) return calls.map((args) => removal(args, index));
  const name = passedName(has[index]!);
  if (name === undefined) return [];
  const names = has.map((parameter) => passedName(parameter));
  names.splice(index, 1);
  return calls
    .filter(({ list, items }) => isPassedOn(items, names) && isKnownAt(tree, name, list))
    .map((args) => insertion(tree.text, args, index, name));
}

/** A parameter that was added, and where it is not passed yet. */
export interface LackingArguments {
  /** The parameter's name. */
  readonly name: string;
  readonly places: readonly OpenPlace[];
}

/** Where calls lack the argument of a parameter that was added and has no default: somebody must know what is passed. */
export async function lackingArguments(situation: Situation): Promise<LackingArguments | undefined> {
  const change = await changedParameters(situation);
  const name = change?.isAdded ? passedName(change.has[change.index]!) : undefined;
  if (!change || name === undefined) return undefined;
  return {
    name,
    places: change.calls.map((args) => openPlace(situation.tree.text, args, change.index)),
  };
}

/** A place at which something is to be inserted, and what stands around it there. */
export interface OpenPlace {
  /** Characters before it. */
  readonly at: number;
  readonly head: string;
  readonly tail: string;
}

interface ChangedParameters {
  /** The parameters as they are now. */
  readonly has: readonly Node[];
  /** Of the one that was added or taken away. */
  readonly index: number;
  readonly isAdded: boolean;
  /** Calls that pass as many arguments as there were parameters. */
  readonly calls: readonly Arguments[];
}

async function changedParameters(situation: Situation): Promise<ChangedParameters | undefined> {
  const { tree, edit } = situation;
  const list = parametersAt(tree.root, edit.start);
  const called = list && calledName(list);
  if (!list || !called) return undefined;
  using old = await tree.replaced(edit.start, edit.end, edit.before);
  const before = parametersAt(old.root, edit.start);
  if (before?.startIndex !== list.startIndex) return undefined;
  const had = itemsOf(before).map(({ text }) => text);
  const has = itemsOf(list);
  const at = has.findIndex(({ text }, i) => text !== had[i]);
  const isAdded = has.length === had.length + 1;
  if (!isAdded && has.length !== had.length - 1) return undefined;
  const index = at < 0 ? has.length : at;
  const calls = callsOf(situation, called, list).filter(({ length }) => length === had.length);
  return { has, index, isAdded, calls };
}

interface Arguments {
  readonly list: Node;
  readonly items: readonly Node[];
  readonly length: number;
}

function parametersAt(root: Node, at: number): Node | undefined {
  for (let node = root.descendantForIndex(Math.max(0, at - 1), at); node; node = node.parent) {
    if (PARAMETERS.test(node.type) && at > node.startIndex && at < node.endIndex) return node;
    if (isFunction(node)) break;
  }
  return undefined;
}

/** Parameters or arguments, `this` of Python left out: no call passes it. */
function itemsOf(list: Node): Node[] {
  const items = list.namedChildren.filter(
    (child): child is Node => child !== null && !/comment/.test(child.type),
  );
  return items[0] && /^(?:self|cls|&?(?:mut )?self)$/.test(items[0].text) ? items.slice(1) : items;
}

interface Called {
  readonly name: Node;
  readonly kind: 'function' | 'member' | 'constructor';
}

/** The name by which a function is called. */
function calledName(list: Node): Called | undefined {
  let made = list.parent;
  while (made && !isFunction(made)) made = /declarator/.test(made.type) ? made.parent : null;
  if (!made) return undefined;
  const own = made.childForFieldName('name') ?? list.parent?.childForFieldName('declarator');
  if (own?.text === 'constructor' || made.type === 'constructor_declaration') {
    const name = made.parent?.parent?.childForFieldName('name');
    return name ? { name, kind: 'constructor' } : undefined;
  }
  if (own) return { name: own, kind: /method/.test(made.type) || isMethod(made) ? 'member' : 'function' };
  const { parent } = made;
  if (parent?.type === 'variable_declarator') {
    const name = parent.childForFieldName('name');
    return name && isName(name) ? { name, kind: 'function' } : undefined;
  }
  const key =
    parent && /^(?:pair|public_field_definition|field_definition)$/.test(parent.type)
      ? parent.firstNamedChild
      : null;
  return key && isName(key) ? { name: key, kind: 'member' } : undefined;
}

function isMethod(made: Node): boolean {
  return made.type === 'function_definition' && made.parent?.parent?.type === 'class_definition';
}

function callsOf({ tree }: Situation, { name, kind }: Called, list: Node): Arguments[] {
  const places = namePlaces(tree, name.text);
  const declared = places.filter((place) =>
    kind === 'member' ? classOf(tree, place) : declarationOf(place),
  );
  // Which of several is called is not to be seen.
  if (declared.length > 1) return [];
  return places.flatMap((place): Arguments[] => {
    const call = callAt(place);
    const isRight =
      kind === 'constructor'
        ? call && /new|object_creation/.test(call.type)
        : kind === 'function'
          ? !isAccess(tree, place)
          : isAccess(tree, place) || tree.grammar === 'java';
    const args = call && argumentsOf(call);
    if (!args || !isRight || args.id === list.id) return [];
    const items = itemsOf(args);
    if (items.some(({ type }) => /spread|splat|keyword|variadic/.test(type))) return [];
    return [{ list: args, items, length: items.length }];
  });
}

function callAt({ node }: NamePlace): Node | undefined {
  let called = node;
  let around = node.parent;
  // `a.b.name(`: the name is the end of what is called.
  while (around && /member|attribute|selector|field_expression|scoped|navigation/.test(around.type)) {
    if (around.endIndex !== node.endIndex) return undefined;
    called = around;
    around = around.parent;
  }
  if (!around || !/call|new_expression|invocation|object_creation/.test(around.type)) return undefined;
  const args = argumentsOf(around);
  return args && args.startIndex >= called.endIndex ? around : undefined;
}

function argumentsOf(call: Node): Node | undefined {
  return call.childForFieldName('arguments') ?? undefined;
}

/** True for a call that passes on what has the parameters' own names: so it may what has the new one's. */
function isPassedOn(items: readonly Node[], names: readonly (string | undefined)[]): boolean {
  return items.some(({ text }, i) => text === names[i]);
}

/** The name of a parameter that must be passed. */
function passedName(parameter: Node): string | undefined {
  if (
    /optional|default|rest|splat|spread|variadic/.test(parameter.type) ||
    /[=?]|\.\.\./.test(parameter.text)
  )
    return undefined;
  if (isName(parameter)) return parameter.text;
  const named =
    parameter.childForFieldName('pattern') ??
    parameter.childForFieldName('name') ??
    parameter.childForFieldName('declarator') ??
    parameter.firstNamedChild;
  return named && isName(named) ? named.text : undefined;
}

/** A variable or parameter of this name is declared around a place. */
export function isKnownAt(
  tree: SyntaxTree,
  name: string,
  at: { readonly startIndex: number; readonly endIndex: number },
): boolean {
  return namePlaces(tree, name).some((place) => {
    const declaration = isAccess(tree, place) ? undefined : declarationOf(place);
    if (!declaration || place.start > at.startIndex) return false;
    const scope = scopeOf(tree, place, declaration);
    return scope.startIndex <= at.startIndex && scope.endIndex >= at.endIndex;
  });
}

function insertion(text: string, args: Arguments, index: number, name: string): Proposal {
  const { at, head, tail } = openPlace(text, args, index);
  return { start: at, end: at, text: `${head}${name}${tail}`, rule: 'arguments' };
}

function openPlace(text: string, { list, items }: Arguments, index: number): OpenPlace {
  const before = items[index - 1];
  if (before) {
    // An argument on a line of its own is followed by one on a line of its own.
    const lead = /\n[^\S\n]*$/.exec(text.slice(0, before.startIndex))?.[0] ?? ' ';
    return { at: before.endIndex, head: `,${lead}`, tail: '' };
  }
  const at = items[0]?.startIndex ?? list.startIndex + 1;
  return { at, head: '', tail: items[0] ? ', ' : '' };
}

function removal({ items }: Arguments, index: number): Proposal {
  const removed = items[index]!;
  const before = items[index - 1];
  const start = before?.endIndex ?? removed.startIndex;
  const end = before ? removed.endIndex : (items[index + 1]?.startIndex ?? removed.endIndex);
  return { start, end, text: '', rule: 'arguments' };
}
