import { syntaxRuntime } from '../../src/cli/command-line/session';
import { grammarEvidence } from '../../src/fills/grammar-evidence';
import { SyntaxTree } from '../../src/syntax/syntax-tree';
import { betweenOf, type Task } from '../evaluate/task';
import type { CollectedTask } from './collect';

/** The tasks with what a grammar says of each candidate, where there is one. */
export async function withGrammar(
  collected: readonly CollectedTask[],
  tasks: readonly Task[],
): Promise<CollectedTask[]> {
  const runtime = syntaxRuntime();
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const known: CollectedTask[] = [];
  for (const one of collected) {
    const task = byId.get(one.id)!;
    const { path, prefix, suffix } = task;
    const texts = [prefix, ...betweenOf(task), suffix];
    using tree = await SyntaxTree.read(runtime, { path }, texts.join(''));
    const said = tree
      ? await grammarEvidence(
          one.candidates.map((candidate) => candidate.texts),
          { texts },
          tree,
        )
      : [];
    const candidates = one.candidates.map((candidate, i) => ({
      ...candidate,
      evidence: { ...candidate.evidence, ...said[i] },
    }));
    known.push({ ...one, candidates });
  }
  return known;
}
