import type { Node } from '@vscode/tree-sitter-wasm';
import { isFunction } from '../syntax/functions';
import type { GrammarName } from '../syntax/languages';
import { isName } from '../syntax/names';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { isWordCharacter } from './edit';

/** A name where it is written. */
export interface NamePlace {
  readonly node: Node;
  readonly start: number;
  readonly end: number;
}

const BLOCK =
  /^(?:statement_block|block|compound_statement|function_body|constructor_body|class_body|interface_body|enum_body|enum_class_body|object_type|declaration_list|field_declaration_list|for_statement|for_in_statement|for_expression|enhanced_for_statement|catch_clause|switch_body|switch_block|match_arm|class|class_declaration|interface_declaration|type_alias_declaration|class_definition|struct_item|enum_item|impl_item|trait_item|function_signature|method_signature|function_type|call_signature|construct_signature|abstract_method_signature)$/;
/** Where a block is no scope of its own. */
const PYTHON_SCOPE =
  /^(?:class_definition|list_comprehension|set_comprehension|dictionary_comprehension|generator_expression)$/;
const DECLARING =
  /(?:declarat|definition|parameter|_spec$|_item$|signature|_declarator$|function_expression|^class$|^enum|^catch_clause$|^named_expression$|_pattern$|alias)/;
const PATTERN =
  /^(?:array_pattern|object_pattern|pair_pattern|rest_pattern|assignment_pattern|object_assignment_pattern|tuple_pattern|list_pattern|pattern_list|expression_list|list_splat_pattern|tuple_struct_pattern|struct_pattern|slice_pattern|ref_pattern|mut_pattern|pointer_declarator|array_declarator|init_declarator|reference_declarator)$/;
/** Nodes that declare the names to their left. */
const LEFT_DECLARES =
  /^(?:assignment|for_statement|for_in_statement|for_in_clause|for_expression|short_var_declaration|range_clause|let_condition)$/;
/** Nodes that declare every name directly in them. */
const LIST_OF_NAMES =
  /^(?:formal_parameters|parameters|lambda_parameters|closure_parameters|inferred_parameters|import_clause|namespace_import)$/;
/** Fields of a declaration that hold its name. */
const NAMING_FIELDS = ['name', 'pattern', 'declarator', 'parameter', 'alias', 'left'] as const;
const MEMBER =
  /^(?:public_field_definition|field_definition|property_signature|method_signature|method_definition|abstract_method_signature|field_declaration|method_declaration|property_declaration|enum_assignment|method_elem|method_spec)$/;
const CLASS =
  /^(?:class_body|interface_body|enum_body|object_type|declaration_list|field_declaration_list|object|class_definition)$/;
/** Grammars in which a member may be named without what it is a member of. */
const BARE_MEMBERS: readonly GrammarName[] = ['java', 'c-sharp', 'kotlin', 'cpp', 'swift'];

/** Every place where a word is a name, in order: not in strings, comments and regular expressions. */
export function namePlaces({ root, text }: SyntaxTree, word: string): NamePlace[] {
  const places: NamePlace[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    if (isWordCharacter(text[at - 1]) || isWordCharacter(text[end])) continue;
    const node = root.descendantForIndex(at, end - 1);
    if (!node || !isName(node) || node.endIndex !== end) continue;
    // A private member's `#` is a part of its name.
    if (node.startIndex === at || (node.startIndex === at - 1 && text[at - 1] === '#'))
      places.push({ node, start: at, end });
  }
  return places;
}

/** True for what stands behind a dot, an arrow or a double colon. */
export function isAccess({ text }: SyntaxTree, { node }: NamePlace): boolean {
  const before = text.slice(Math.max(0, node.startIndex - 40), node.startIndex).trimEnd();
  return /(?:[^.]\.|->|::)$/.test(before) && !before.endsWith('..');
}

/** True for the key of an object literal, a named argument, or a property of a pattern. */
export function isKey({ node }: NamePlace): boolean {
  const { parent } = node;
  return (
    !!parent &&
    /^(?:pair|pair_pattern|keyword_argument|field_initializer|keyed_element|labeled_statement)$/.test(
      parent.type,
    ) &&
    parent.firstNamedChild?.id === node.id
  );
}

/** The node that declares a name; undefined where the name is only used. */
export function declarationOf({ node }: NamePlace): Node | undefined {
  const imported = importOf(node);
  if (imported) return imported;
  let inner = node;
  let parent = node.parent;
  // A declarator of C, or a pattern, is a part of what declares.
  while (parent && PATTERN.test(parent.type) && !isValueOf(parent, inner)) {
    inner = parent;
    parent = parent.parent;
  }
  if (!parent) return undefined;
  if (LEFT_DECLARES.test(parent.type))
    return NAMING_FIELDS.some((field) => parent.childForFieldName(field)?.id === inner.id) &&
      !isBareAssignment(parent)
      ? parent
      : undefined;
  if (LIST_OF_NAMES.test(parent.type)) return parent;
  if (isFunction(parent) && parent.childForFieldName('parameter')?.id === inner.id) return parent;
  if (!DECLARING.test(parent.type) && !isFunction(parent)) return undefined;
  return NAMING_FIELDS.some((field) =>
    parent.childrenForFieldName(field).some((child) => child?.id === inner.id),
  ) || isOnlyName(parent, inner)
    ? parent
    : undefined;
}

/** The import by which a name is known in this file: the last of `a as b`. */
function importOf({ parent, id }: Node): Node | undefined {
  if (parent?.type === 'import_specifier') {
    const known = parent.childForFieldName('alias') ?? parent.childForFieldName('name');
    return known?.id === id ? parent : undefined;
  }
  if (parent?.type !== 'dotted_name' || parent.namedChildCount > 1) return undefined;
  const names = parent.parent?.childrenForFieldName('name') ?? [];
  return names.some((name) => name?.id === parent.id) ? (parent.parent ?? undefined) : undefined;
}

/** `left` declares in Python alone; other languages have words for it. */
function isBareAssignment(parent: Node): boolean {
  return parent.type === 'assignment' && parent.parent?.type !== 'expression_statement';
}

/** True for a part of a pattern that names nothing: a default, a size, a property's key. */
function isValueOf(pattern: Node, inner: Node): boolean {
  const fields = pattern.type === 'pair_pattern' ? ['key'] : ['right', 'value', 'size'];
  return fields.some((field) => pattern.childForFieldName(field)?.id === inner.id);
}

/** Parameters of some grammars hold a name without a field; of Python's, a type may stand behind it. */
function isOnlyName(parent: Node, inner: Node): boolean {
  return (
    /parameter$/.test(parent.type) &&
    (!parent.childForFieldName('type') || parent.type === 'typed_parameter') &&
    parent.namedChildren.filter((child) => child && isName(child))[0]?.id === inner.id
  );
}

/** The part of the text in which a declared name is known. */
export function scopeOf(tree: SyntaxTree, place: NamePlace, declaration: Node): Node {
  const names = declaration.childForFieldName('name');
  const isOfItself = names?.id === place.node.id && !/param/.test(declaration.type);
  const list = declaration.parent;
  const isVar = list?.type === 'variable_declaration' && list.text.startsWith('var');
  let node: Node | null =
    isOfItself && declaration.type !== 'variable_declarator' ? declaration.parent : declaration;
  for (; node?.parent; node = node.parent) {
    if (isFunction(node)) return node;
    if (tree.grammar === 'python' ? PYTHON_SCOPE.test(node.type) : !isVar && BLOCK.test(node.type))
      return node;
  }
  return tree.root;
}

/** The class, interface or object that a name is declared a member of; undefined for other names. */
export function classOf(tree: SyntaxTree, { node }: NamePlace): Node | undefined {
  const { parent } = node;
  const isOfThis = /(?:\bthis|\bself)\s*\.\s*$/.test(
    tree.text.slice(Math.max(0, node.startIndex - 20), node.startIndex),
  );
  const target = parent?.parent;
  const isAssigned =
    isOfThis &&
    !!parent &&
    /^(?:assignment_expression|assignment)$/.test(target?.type ?? '') &&
    target?.childForFieldName('left')?.id === parent.id;
  const declaring = parent?.type === 'variable_declarator' ? parent.parent : parent;
  const isNamed =
    !!parent && ['name', 'declarator'].some((field) => parent.childForFieldName(field)?.id === node.id);
  const isMember =
    (!!declaring && MEMBER.test(declaring.type) && isNamed) ||
    isParameterProperty(parent) ||
    (parent?.type === 'pair' && isKey({ node, start: 0, end: 0 })) ||
    (tree.grammar === 'python' && parent?.type === 'function_definition' && isNamed && isInClass(parent));
  if (!isMember && !isAssigned) return undefined;
  for (let around = parent?.parent ?? null; around; around = around.parent)
    if (CLASS.test(around.type)) return around;
  return undefined;
}

/** A parameter of TypeScript's constructors that is a member too. */
function isParameterProperty(parent: Node | null): boolean {
  return (
    parent?.type === 'required_parameter' &&
    parent.children.some((child) => child && /^(?:accessibility_modifier|readonly)$/.test(child.type))
  );
}

function isInClass(definition: Node): boolean {
  const around = definition.parent?.type === 'decorated_definition' ? definition.parent : definition;
  return around.parent?.parent?.type === 'class_definition';
}

/** True where a member may be written without what it is a member of. */
export function mayBeBare({ grammar }: SyntaxTree): boolean {
  return BARE_MEMBERS.includes(grammar);
}
