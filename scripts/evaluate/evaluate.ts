import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StageProgress } from '../train/report/progress';
import type { Engine } from '../../src/engine/index';
import { drawLineCharts } from '../../src/display/line-chart';
import { reverseProcessOptions } from '../../src/cli/command-line/options';
import { withEngine } from '../../src/cli/command-line/session';
import { amongCandidates } from './among-candidates';
import { writeCard } from './card';
import { compare, exactDifference, type Comparison, type ModelResults } from './compare';
import {
  curveByMaskRatio,
  curvesByLength,
  FILLS_PER_SWEPT_TASK,
  sweep,
  type Curve,
  type Sweep,
} from './curves';
import { freeAnswer, measure } from './figures';
import { fillSections } from './fills-page';
import { copyFills, emptyFills } from './floors';
import { Journal } from './journal';
import { ModelRun } from './model-run';
import { evaluatedTasks } from './evaluated-tasks';
import type { EvaluateOptions } from './options';
import { pairedWays } from './paired';
import { markdown, type Report } from './report';
import { bitsPerByte, rowOf, type Answered, type Case, type Measured } from './rows';
import { GROUPS, groupOf, KINDS, type Task } from './task';
import { trainingFinds } from './training-finds';
import {
  asPutIn,
  chosenAmong,
  forebearWay,
  fromMasks,
  trueLength,
  unknownLength,
  withoutDrafts,
  type Way,
} from './ways';

const SHOWN_FILLS = 20;

/** Evaluates a model and writes what was found to the output folder. */
export async function evaluate(options: EvaluateOptions, cache: string, signal: AbortSignal): Promise<void> {
  const { tasks, source, documents } = await evaluatedTasks(options, cache, signal);
  const paired = pairedWays(options, documents);
  const journal = new Journal(join(options.out, 'answers.jsonl'));
  const own = ownWays(options);

  const { results, curves, model } = await withEngine(options, signal, async (engine) => {
    const run = new ModelRun(engine, journal, signal);
    if (paired) {
      const results = await putTasks(run, tasks, paired.ways, 0);
      return { results, curves: await drawCurves(run, []), model: modelOf(engine) };
    }
    const inTurn = await putTasks(run, tasks, [...own, forebearWay(options)], options.draws);
    // Not in turn with the others: right after the same request with drafts its context would be there already.
    const alone = await putTasks(run, tasks, aloneWays(options), 0);
    const others = await Promise.all(alone.ways.map(withRightOne));
    return {
      results: { ...inTurn, ways: [...inTurn.ways, ...others.flat()] },
      curves: await drawCurves(run, tasks.slice(0, options.curveTasks)),
      model: modelOf(engine),
    };
  });
  const comparisons: Comparison[] = [];
  for (const folder of options.compare) {
    const other = await withEngine({ ...options, model: folder }, signal, (engine) =>
      putTasks(new ModelRun(engine, journal, signal), tasks, own, options.draws),
    );
    comparisons.push(compare(results, other));
  }

  const copied = await floor('floor: copied from the context', tasks, copyFills);
  const nothing = await floor('floor: nothing', tasks, emptyFills);
  const answered = [...results.ways, copied, nothing];
  const pictures = [
    ...curvesByLength([...results.ways, copied]),
    ...(results.measured.length > 0 ? [curveByMaskRatio(results.measured)] : []),
    ...curves.pictures,
  ];
  const { memorisation } = options;
  const report: Report = {
    model,
    tasks: { source, count: tasks.length, sha256: hash(JSON.stringify(tasks)) },
    draws: options.draws,
    parts: parts(tasks, answered, results.measured),
    comparisons,
    ...(paired
      ? { paired: { title: paired.title, exact: exactDifference(results.ways[1]!, results.ways[0]!) } }
      : {}),
    languages: languages(tasks, results.ways),
    sweeps: curves.sweeps,
    memorisation: memorisation === undefined ? [] : await trainingFinds(memorisation, tasks, results.ways),
    pictures: pictures.map(({ file }) => file),
  };

  const write = (file: string, content: string): void => writeFileSync(join(options.out, file), content);
  for (const { file, chart } of pictures) write(file, drawLineCharts([chart]));
  write('report.json', `${JSON.stringify(report, null, 1)}\n`);
  write('report.md', markdown(report));
  write('fills.md', fillSections(results.ways.slice(0, own.length), SHOWN_FILLS));
  if (options.card !== undefined) writeCard(options.card, report);
  process.stdout.write(markdown(report));
}

function ownWays(options: EvaluateOptions): Way[] {
  const settings = reverseProcessOptions(options);
  return [
    ...(options.length === 'known' || options.length === 'masks'
      ? []
      : [unknownLength(settings), asPutIn(settings)]),
    ...(options.length === 'unknown' || options.length === 'masks' ? [] : [trueLength(settings)]),
    ...(options.length === 'masks' ? fromMasks(settings) : []),
  ];
}

function aloneWays(options: EvaluateOptions): Way[] {
  if (options.length === 'known') return [];
  const settings = reverseProcessOptions(options);
  const { candidates } = options;
  return [withoutDrafts(settings), ...(candidates > 1 ? [chosenAmong(settings, candidates)] : [])];
}

/** Behind candidates what choosing among them could reach. */
async function withRightOne(way: Answered): Promise<Answered[]> {
  return way.cases.some(({ answer }) => answer.candidates) ? [way, await amongCandidates(way)] : [way];
}

/** Puts every task to a model in every way. */
async function putTasks(
  run: ModelRun,
  tasks: readonly Task[],
  ways: readonly Way[],
  draws: number,
): Promise<ModelResults> {
  const { bundle, precision, provider } = run.engine.info;
  const name = `${bundle}, ${precision}, ${provider}`;
  const cases = ways.map((): Case[] => []);
  const measured: Measured[] = [];
  const progress = new StageProgress(precision, tasks.length);
  try {
    for (const [i, task] of tasks.entries()) {
      for (const [w, way] of ways.entries()) {
        const answer = await run.fill(task, way);
        cases[w]!.push({ task, answer, figures: await measure(task, answer) });
      }
      const likelihood = draws > 0 ? await run.likelihood(task, draws) : undefined;
      if (likelihood) measured.push({ task, likelihood });
      progress.update(i + 1, tasks.length, task.id);
    }
  } finally {
    progress.stop();
  }
  return { name, ways: ways.map(({ label }, w) => ({ label, cases: cases[w]! })), measured };
}

async function drawCurves(
  run: ModelRun,
  tasks: readonly Task[],
): Promise<{ readonly sweeps: readonly Sweep[]; readonly pictures: readonly Curve[] }> {
  if (tasks.length === 0) return { sweeps: [], pictures: [] };
  const total = tasks.length * FILLS_PER_SWEPT_TASK;
  const progress = new StageProgress('curves', total);
  try {
    let done = 0;
    return await sweep(run, tasks, () => progress.update(++done, total, ''));
  } finally {
    progress.stop();
  }
}

async function floor(
  label: string,
  tasks: readonly Task[],
  fills: (task: Task) => string[],
): Promise<Answered> {
  const cases = tasks.map(async (task) => {
    const answer = freeAnswer(fills(task));
    return { task, answer, figures: await measure(task, answer) };
  });
  return { label, cases: await Promise.all(cases) };
}

/** All tasks, then each kind, then each language that there is. */
function parts(
  tasks: readonly Task[],
  answered: readonly Answered[],
  measured: readonly Measured[],
): Report['parts'] {
  const named: readonly (readonly [string, (task: Task) => boolean])[] = [
    ['all', () => true],
    ...KINDS.map((kind) => [kind, (task: Task) => task.kind === kind] as const),
    ...GROUPS.map((group) => [group, (task: Task) => groupOf(task.lang) === group] as const),
  ];
  return named
    .filter(([, wanted]) => tasks.some(wanted))
    .map(([name, wanted]) => ({
      name,
      tasks: tasks.filter(wanted).length,
      rows: answered.map((way) => rowOf(way, wanted)),
      bitsPerByte: bitsPerByte(measured.filter(({ task }) => wanted(task))),
    }));
}

/** Each language by itself, that of markup in it counted to it. */
function languages(tasks: readonly Task[], answered: readonly Answered[]): Report['languages'] {
  const nameOf = ({ lang }: Task): string => lang.replace(/react$/, '');
  return [...new Set(tasks.map(nameOf))].sort().map((name) => ({
    name,
    rows: answered.map((way) => rowOf(way, (task) => nameOf(task) === name)),
  }));
}

function modelOf({ info }: Engine): Report['model'] {
  const config = hash(readFileSync(join(info.bundleFolder, 'config.json')));
  return { name: info.bundle, precision: info.precision, provider: info.provider, config };
}

function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
