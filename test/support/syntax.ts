import { fileURLToPath } from 'node:url';
import { filesBelow } from '../../src/syntax/node-files';
import { Runtime } from '../../src/syntax/runtime';
import { SyntaxTree } from '../../src/syntax/syntax-tree';

const RUNTIME = new Runtime(filesBelow(fileURLToPath(new URL('../../', import.meta.url))));

/** The tree of a text, by the grammars themselves. */
export async function treeOf(path: string, text: string): Promise<SyntaxTree | undefined> {
  return SyntaxTree.read(RUNTIME, { path }, text);
}

/** A text in which `‸` stands for the cursor, cut there. */
export function cutAtCursor(drawn: string): [prefix: string, suffix: string] {
  const at = drawn.indexOf('‸');
  return [drawn.slice(0, at), drawn.slice(at + 1)];
}
