import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../../../src/cli/command-line/failures';
import { projectRoot, withEngine } from '../../../src/cli/command-line/session';
import { filesBelow } from '../../../src/syntax/node-files';
import { Runtime } from '../../../src/syntax/runtime';
import { SyntaxTree } from '../../../src/syntax/syntax-tree';
import { readShards } from '../../train/corpus/shards';
import type { CorpusDocument } from '../../train/corpus/types';
import { StageProgress } from '../../train/report/progress';
import { heldOutTexts } from '../held-out';
import type { EvaluateOptions } from '../options';
import { drawEditTasks } from './draw-edit-tasks';
import { gradeOf, type Grade } from './grades';
import { realEdits } from './real-edits';
import { nextEditReport } from './report';
import type { EditTask, RealEdit } from './task';
import { RULES_ALONE, rulesAndModel, TEXT_SEARCH, type EditWay } from './ways';

/** Files of two versions that are looked at. */
const REAL_EDITS = 200;

/**
 * Measures what is proposed after an edit: `next-edit.json` and `next-edit.md` in the output folder.
 *
 * @throws CorpusError
 * @throws CliError
 */
export async function evaluateNextEdit(
  options: EvaluateOptions,
  cache: string,
  signal: AbortSignal,
): Promise<void> {
  const { split, limit, taskSeed: seed, out } = options;
  const documents = await texts(options, cache, signal);
  const tasks = await drawEditTasks(documents, { limit, seed, signal });
  // Versions of the test packages alone are pinned.
  const arePinned = split === 'test' && options.corpus === undefined && options.languages === undefined;
  const earlier = arePinned ? await earlierTexts(cache, signal) : [];
  const real = realEdits(earlier, documents, { limit: REAL_EDITS, seed });
  const [graded, realGraded] = await withEngine(options, signal, async (engine) => {
    const ways = [rulesAndModel(engine, signal), RULES_ALONE, TEXT_SEARCH];
    return [await grade(tasks, ways, signal), await grade(real, ways, signal)];
  });
  const { markdown, json } = nextEditReport(
    graded,
    realGraded,
    `--split ${split} --limit ${limit} --task-seed ${seed}${options.languages ? ` --languages ${options.languages.join(',')}` : ''}`,
  );
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'next-edit.json'), `${JSON.stringify(json, null, 1)}\n`);
  writeFileSync(join(out, 'next-edit.md'), markdown);
  process.stdout.write(markdown);
}

async function texts(
  { corpus, split, debian, languages }: EvaluateOptions,
  cache: string,
  signal: AbortSignal,
): Promise<CorpusDocument[]> {
  const documents: CorpusDocument[] = [];
  if (corpus === undefined) {
    const registries = languages !== undefined;
    documents.push(
      ...(await heldOutTexts({ split, debian: debian || registries, registries, cache, signal })),
    );
  } else {
    for await (const document of readShards(corpus, split)) documents.push(document);
  }
  return languages === undefined ? documents : textsIn(documents, languages);
}

/**
 * The texts in some languages, as VS Code calls them.
 *
 * @throws CliError where one of them has none
 */
export function textsIn(
  documents: readonly CorpusDocument[],
  languages: readonly string[],
): CorpusDocument[] {
  const present = [...new Set(documents.map(({ lang }) => lang))].sort();
  const missing = languages.filter((language) => !present.includes(language));
  if (missing.length > 0)
    throw new CliError(
      `There is no text in ${missing.join(', ')} among the held-out packages. Name some of ${present.join(', ')}.`,
    );
  return documents.filter(({ lang }) => languages.includes(lang));
}

async function earlierTexts(cache: string, signal: AbortSignal): Promise<CorpusDocument[]> {
  const manifest = join(projectRoot(), 'scripts/evaluate/next-edit/earlier-versions.json');
  return heldOutTexts({ split: 'test', debian: false, manifest, cache: join(cache, 'earlier'), signal });
}

/** The tasks graded in each way. */
async function grade(
  tasks: readonly (EditTask | RealEdit)[],
  ways: readonly EditWay[],
  signal: AbortSignal,
): Promise<Map<string, Grade[]>> {
  const runtime = new Runtime(filesBelow(projectRoot()));
  const graded = new Map(ways.map(({ label }): [string, Grade[]] => [label, []]));
  const progress = new StageProgress('next edit', tasks.length);
  try {
    for (const [i, task] of tasks.entries()) {
      signal.throwIfAborted();
      using tree = await SyntaxTree.read(runtime, { languageId: task.lang }, task.text);
      if (!tree) continue;
      for (const { label, propose } of ways)
        graded.get(label)!.push(gradeOf(task, await propose(task, tree)));
      progress.update(i + 1, tasks.length, task.id);
    }
  } finally {
    progress.stop();
  }
  return graded;
}
