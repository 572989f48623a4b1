import type { CorpusDocument } from '../train/corpus/types';
import { Random, textAroundHoles } from '../../src/engine/index';
import { cutHoles } from './cut-holes';
import { GROUPS, groupOf, KINDS, type Kind, type Task } from './task';

/** Files of other sizes, in characters, are left out: too little context, or too slow to parse a thousand times. */
const FILE_CHARACTERS = [500, 60_000] as const;
/** Files looked at for one hole before its kind is given up. */
const MOST_TRIES = 60;

/**
 * Draws up to `limit` tasks of each kind, the same ones for the same texts and seed. Languages take turns, so that each
 * has as many tasks; within a language every file has its turn before one comes again.
 *
 * @param split goes into the ids
 */
export function drawTasks(
  documents: Iterable<CorpusDocument>,
  { split, limit, seed }: { readonly split: string; readonly limit: number; readonly seed: number },
): Task[] {
  const random = new Random(seed);
  const turns = languageTurns(documents, random);
  if (turns.length === 0) return [];
  const tasks: Task[] = [];
  for (let i = 0; i < limit; i++) {
    for (const [k, kind] of KINDS.entries()) {
      const id = `${split}-${kind}-${String(i + 1).padStart(3, '0')}`;
      const task = drawTask(id, kind, turns[(i + k) % turns.length]!, random);
      if (task) tasks.push(task);
    }
  }
  return tasks;
}

/** For each language that there is, what gives its next file. */
function languageTurns(documents: Iterable<CorpusDocument>, random: Random): (() => CorpusDocument)[] {
  const [least, most] = FILE_CHARACTERS;
  // A file that was kept in parts gives its first one only.
  const files = new Map<string, CorpusDocument>();
  for (const document of documents) {
    const { path, text } = document;
    if (text.length >= least && text.length <= most && !files.has(path)) files.set(path, document);
  }
  return GROUPS.map((group) => [...files.values()].filter(({ lang }) => groupOf(lang) === group))
    .filter((group) => group.length > 0)
    .map((group) => {
      const order = shuffle(group, random);
      let next = 0;
      return () => order[next++ % order.length]!;
    });
}

function drawTask(id: string, kind: Kind, next: () => CorpusDocument, random: Random): Task | undefined {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { path, lang, text } = next();
    const holes = cutHoles(text, kind, random);
    if (!holes) continue;
    const middles = holes.map(({ start, end }) => text.slice(start, end));
    const { prefix, between, suffix } = textAroundHoles(text, holes);
    return middles.length === 1
      ? { id, kind, lang, path, prefix, middle: middles[0]!, suffix }
      : { id, kind, lang, path, prefix, between, suffix, middles };
  }
  return undefined;
}

function shuffle<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
