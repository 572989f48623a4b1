import { Random } from '../../../src/engine/index';
import { filesBelow } from '../../../src/syntax/node-files';
import { Runtime } from '../../../src/syntax/runtime';
import { SyntaxTree } from '../../../src/syntax/syntax-tree';
import { projectRoot } from '../../../src/cli/command-line/session';
import type { CorpusDocument } from '../../train/corpus/types';
import { renameLocal, renameMember } from './renames';
import { grouped, shuffled, type ChangeRule } from './rule';
import { addArgument, changeType } from './signatures';
import { begun, EDIT_KINDS, type EditKind, type EditTask } from './task';
import { changeParallel, changeString, negate } from './tree-rules';

/** Files of other sizes, in characters, are left out. */
const FILE_CHARACTERS = [600, 40_000] as const;
const MOST_TRIES = 80;

const RULES: Readonly<Record<EditKind, ChangeRule>> = {
  'rename local': renameLocal,
  'rename member': renameMember,
  argument: addArgument,
  type: changeType,
  string: changeString,
  negated: negate,
  parallel: changeParallel,
};

export interface DrawOptions {
  /** Tasks of each kind with consequences, and as many without. */
  readonly limit: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Draws edit tasks, the same ones for the same texts and seed; languages take turns. */
export async function drawEditTasks(
  documents: readonly CorpusDocument[],
  { limit, seed, signal }: DrawOptions,
): Promise<EditTask[]> {
  const random = new Random(seed);
  const runtime = new Runtime(filesBelow(projectRoot()));
  const turns = languageTurns(documents, random);
  const names = namesOf(documents);
  const tasks: EditTask[] = [];
  for (const kind of EDIT_KINDS) {
    for (const hasConsequence of [true, false]) {
      for (let i = 0; i < limit; i++) {
        signal.throwIfAborted();
        const id = `${kind.replaceAll(' ', '-')}-${hasConsequence ? 'with' : 'without'}-${String(i + 1).padStart(3, '0')}`;
        const task = await drawTask(kind, hasConsequence, i);
        if (task) tasks.push({ id, ...task });
      }
    }
  }
  return tasks;

  async function drawTask(
    kind: EditKind,
    hasConsequence: boolean,
    turn: number,
  ): Promise<Omit<EditTask, 'id'> | undefined> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const document = turns[(turn + tries) % turns.length]!();
      const { lang, path, text } = document;
      using tree = await SyntaxTree.read(runtime, { languageId: lang }, text);
      if (!tree) continue;
      const newName = (like: string): string => nameLike(like, text, names, random);
      const found = RULES[kind]({ document, tree, random, newName }, hasConsequence);
      if (found) return { kind, lang, path, ...begun(found) };
    }
    return undefined;
  }
}

/** For each language that there is, what gives its next file; a file kept in parts gives its first one. */
function languageTurns(documents: readonly CorpusDocument[], random: Random): (() => CorpusDocument)[] {
  const [least, most] = FILE_CHARACTERS;
  const files = new Map<string, CorpusDocument>();
  for (const document of documents) {
    const { path, text } = document;
    if (text.length >= least && text.length <= most && !files.has(path)) files.set(path, document);
  }
  return [...grouped(files.values(), ({ lang }) => lang).values()]
    .filter(({ length }) => length >= 5)
    .map((group) => {
      const order = shuffled(group, random);
      let next = 0;
      return () => order[next++ % order.length]!;
    });
}

/** Names of all texts, by the way they are written. */
function namesOf(documents: readonly CorpusDocument[]): ReadonlyMap<string, readonly string[]> {
  const names = new Set<string>();
  for (const { text, lang } of documents.slice(0, 400))
    if (lang !== 'markdown') for (const [name] of text.matchAll(/\b[A-Za-z]\w{3,18}\b/g)) names.add(name);
  return grouped(names, wayOf);
}

function wayOf(name: string): string {
  if (/^[A-Z0-9_]+$/.test(name)) return 'UPPER';
  if (/^[A-Z]/.test(name)) return 'Pascal';
  return name.includes('_') ? 'snake' : /[A-Z]/.test(name) ? 'camel' : 'lower';
}

function nameLike(
  like: string,
  text: string,
  names: ReadonlyMap<string, readonly string[]>,
  random: Random,
): string {
  const pool = names.get(wayOf(like)) ?? [];
  for (let tries = 0; tries < 50 && pool.length > 0; tries++) {
    const name = pool[random.integer(pool.length)]!;
    if (!text.includes(name)) return name;
  }
  return `${like}Next`;
}
