import { LRUCache } from 'lru-cache';
import type { TextKind } from './languages';
import type { Runtime } from './runtime';
import { SyntaxTree } from './syntax-tree';

/** Trees of so many documents are kept, those that were asked for last. */
const MOST_TREES = 8;

type Reading = Promise<SyntaxTree | undefined>;

/** The trees of documents, each brought up to date when it is asked for. */
export class KeptTrees implements Disposable {
  readonly #trees = new LRUCache<string, Reading>({
    max: MOST_TREES,
    // One that another takes the place of is put away when that one has been made of it.
    dispose: (tree, _name, reason) => reason !== 'set' && void putAway(tree),
  });

  constructor(private readonly runtime: Runtime) {}

  /**
   * The tree of a document's present text. What has not changed since it was asked for last is not read again.
   *
   * @param name of the document
   * @returns one that the caller disposes of; undefined where nothing is to be guessed
   * @throws Error when the grammar cannot be loaded
   */
  async of(name: string, kind: TextKind, text: string): Reading {
    const current = this.#next(this.#trees.get(name), kind, text);
    this.#trees.set(name, current);
    // A copy, which is made before the next tree is, and this one put away.
    return current.then((tree) => tree?.copy());
  }

  forget(name: string): void {
    this.#trees.delete(name);
  }

  [Symbol.dispose](): void {
    this.#trees.clear();
  }

  async #next(before: Reading | undefined, kind: TextKind, text: string): Reading {
    using old = await before?.catch(() => undefined);
    return old?.isOf(kind) ? await old.updated(text) : await SyntaxTree.read(this.runtime, kind, text);
  }
}

async function putAway(tree: Reading): Promise<void> {
  (await tree.catch(() => undefined))?.[Symbol.dispose]();
}
