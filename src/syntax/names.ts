import type { Node } from '@vscode/tree-sitter-wasm';
import type { SyntaxTree } from './syntax-tree';

const NAME =
  /identifier|^(?:name|variable_name|constant|word|tag_name|property_name|attribute_name|bare_key|simple_identifier)$/;

/** True for a name of a variable, function, type or property where it is written. */
export function isName({ type, isNamed }: Node): boolean {
  return isNamed && NAME.test(type);
}

/** The names in a text, wherever they are written: of variables, functions, types, properties. */
export function namesIn({ root }: SyntaxTree): Set<string> {
  const names = new Set<string>();
  const cursor = root.walk();
  try {
    for (let more = true; more;) {
      const isLeaf = !cursor.gotoFirstChild();
      if (isLeaf && cursor.nodeIsNamed && NAME.test(cursor.nodeType)) names.add(cursor.nodeText);
      while (isLeaf && !(more = cursor.gotoNextSibling())) if (!cursor.gotoParent()) return names;
    }
    return names;
  } finally {
    cursor.delete();
  }
}
