import { visitRuns } from './token-runs';
import type { CorpusDocument } from './types';

/** A run that more families of packages have is a common phrase: nobody copied it from a benchmark. */
const MOST_FAMILIES = 3;

/** A hash's lower 24 bits are looked up first: most runs of a text end there. */
const LOWER = 1 << 24;

/** The benchmarks' runs and the families of packages that have them. */
class Runs {
  readonly #families = new Map<number, Set<string>>();
  readonly #lower = new Uint8Array(LOWER);

  constructor(tasks: readonly string[]) {
    for (const task of tasks)
      visitRuns(task, (hash) => {
        if (!this.#families.has(hash)) this.#families.set(hash, new Set());
        this.#lower[hash % LOWER] = 1;
      });
  }

  get size(): number {
    return this.#families.size;
  }

  get common(): number {
    return [...this.#families.values()].filter((families) => families.size > MOST_FAMILIES).length;
  }

  familiesOf(hash: number): Set<string> | undefined {
    return this.#lower[hash % LOWER] === 1 ? this.#families.get(hash) : undefined;
  }
}

/**
 * Finds the texts that share a run of thirteen tokens with a benchmark's tasks, a run that no more than three unrelated
 * packages have.
 *
 * @param documents gives all texts
 * @param families of sources, by `name@version`
 */
export async function findOverlaps(
  tasks: readonly string[],
  documents: AsyncIterable<CorpusDocument>,
  families: ReadonlyMap<string, string>,
): Promise<{ readonly paths: string[]; readonly runs: number; readonly common: number }> {
  const runs = new Runs(tasks);
  const sharing = new Map<string, Set<number>>();
  for await (const { path, text } of documents) {
    const family = familyAt(path, families);
    visitRuns(text, (hash) => {
      const known = runs.familiesOf(hash);
      if (known === undefined) return;
      known.add(family);
      const hashes = sharing.get(path) ?? new Set();
      if (hashes.size === 0) sharing.set(path, hashes);
      hashes.add(hash);
    });
  }
  const isTelling = (hash: number): boolean => runs.familiesOf(hash)!.size <= MOST_FAMILIES;
  const paths = [...sharing].filter(([, hashes]) => [...hashes].some(isTelling)).map(([path]) => path);
  return { paths, runs: runs.size, common: runs.common };
}

/** Names of packages may hold a slash: the longest beginning that is a source. */
function familyAt(path: string, families: ReadonlyMap<string, string>): string {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const family = families.get(path.slice(0, at));
    if (family !== undefined) return family;
  }
  return path.split('@')[0]!;
}
