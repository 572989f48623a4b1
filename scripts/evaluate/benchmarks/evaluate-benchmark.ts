import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reverseProcessOptions } from '../../../src/cli/command-line/options';
import { withEngine } from '../../../src/cli/command-line/session';
import { markdownTable } from '../../../src/display/markdown-table';
import { mean } from '../../train/report/mean';
import { StageProgress } from '../../train/report/progress';
import type { TaskAnswer } from '../figures';
import { median, proportion, type Estimate } from '../intervals';
import { Journal } from '../journal';
import { ModelRun } from '../model-run';
import type { EvaluateOptions } from '../options';
import { textWith } from '../task';
import { chosenAmong, fromMasks, trueLength, unknownLength, type Way } from '../ways';
import { benchmarkTasks, type Benchmark, type BenchmarkTask } from './benchmark-tasks';
import { isFirstLineExact } from './first-line';
import { passesPython } from './python-tests';

interface Outcome {
  readonly lang: string;
  readonly exact: boolean;
  /** Undefined where one fill was asked for. */
  readonly exactAmongCandidates: boolean | undefined;
  readonly blank: boolean;
  /** Undefined where a benchmark has no tests that are run. */
  readonly passes: boolean | undefined;
  readonly answer: TaskAnswer;
}

/**
 * Puts a public benchmark to a model and writes `benchmark.md` and `benchmark.json` to the output folder.
 *
 * @param file of the benchmark, as its publisher has it
 * @param limit tasks at most; undefined: all
 */
export async function evaluateBenchmark(
  options: EvaluateOptions,
  benchmark: Benchmark,
  file: string,
  limit: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const tasks = await benchmarkTasks(benchmark, file, limit);
  const settings = reverseProcessOptions(options);
  const ways = [
    ...(options.length === 'known' || options.length === 'masks' ? [] : [unknownLength(settings)]),
    ...(options.length === 'unknown' || options.length === 'masks' ? [] : [trueLength(settings)]),
    ...(options.length === 'masks' ? fromMasks(settings) : []),
    ...(options.candidates > 1 ? [chosenAmong(settings, options.candidates)] : []),
  ];
  const journal = new Journal(join(options.out, 'answers.jsonl'));
  const { model, outcomes } = await withEngine(options, signal, async (engine) => {
    const { bundle, precision, provider } = engine.info;
    const run = new ModelRun(engine, journal, signal);
    return {
      model: `${bundle}, ${precision}, ${provider}`,
      outcomes: await putTasks(run, tasks, ways, signal),
    };
  });
  const text = report(`${benchmark}, ${model}, ${tasks.length} tasks`, ways, outcomes);
  writeFileSync(join(options.out, 'benchmark.md'), text);
  const results = ways.map(({ label }, w) => ({ way: label, outcomes: outcomes[w] }));
  writeFileSync(
    join(options.out, 'benchmark.json'),
    `${JSON.stringify({ benchmark, model, results }, null, 1)}\n`,
  );
  process.stdout.write(text);
}

/** @returns for each way what came of each task */
async function putTasks(
  run: ModelRun,
  tasks: readonly BenchmarkTask[],
  ways: readonly Way[],
  signal: AbortSignal,
): Promise<Outcome[][]> {
  const outcomes = ways.map((): Outcome[] => []);
  const progress = new StageProgress('benchmark', tasks.length);
  try {
    for (const [i, { task, tests }] of tasks.entries()) {
      for (const [w, way] of ways.entries()) {
        const answer = await run.fill(task, way);
        const [fill = ''] = answer.texts;
        const program = tests === undefined ? undefined : `${textWith(task, [fill])}\n${tests}`;
        outcomes[w]!.push({
          lang: task.lang,
          exact: isFirstLineExact(fill, task.middle),
          exactAmongCandidates: answer.candidates?.some(([text = '']) => isFirstLineExact(text, task.middle)),
          blank: fill.trim() === '',
          passes: program === undefined ? undefined : await passesPython(program, signal),
          answer,
        });
      }
      progress.update(i + 1, tasks.length, task.id);
    }
  } finally {
    progress.stop();
  }
  return outcomes;
}

function report(title: string, ways: readonly Way[], outcomes: readonly (readonly Outcome[])[]): string {
  const rows = ways.flatMap(({ label }, w) => {
    const languages = [...new Set(outcomes[w]!.map(({ lang }) => lang))].sort();
    const parts = languages.length > 1 ? ['all', ...languages] : languages;
    return parts.map((part) => [
      label,
      part,
      ...cells(outcomes[w]!.filter(({ lang }) => part === 'all' || lang === part)),
    ]);
  });
  const head = [
    '',
    'language',
    'tasks',
    'exact, %',
    'exact among candidates, %',
    'pass@1, %',
    'blank, %',
    'forwards',
    'ms',
  ];
  return (
    `# ${title}\n\n` +
    'Exact: the first line, or that behind a line break the fill begins with, is what stood there, blanks at the ends ' +
    'aside. pass@1: the task’s own tests come to their end. In brackets Wilson’s 95 % intervals. Forwards: mean; ms: ' +
    `median.\n\n${markdownTable(head, rows, 2)}\n`
  );
}

function cells(outcomes: readonly Outcome[]): (string | number)[] {
  const share = (of: (outcome: Outcome) => boolean): string =>
    estimate(proportion(outcomes.filter(of).length, outcomes.length));
  const known = (of: (outcome: Outcome) => boolean | undefined): string =>
    outcomes.every((outcome) => of(outcome) === undefined) ? '–' : share((outcome) => of(outcome) === true);
  return [
    outcomes.length,
    share(({ exact }) => exact),
    known(({ exactAmongCandidates }) => exactAmongCandidates),
    known(({ passes }) => passes),
    share(({ blank }) => blank),
    mean(outcomes.map(({ answer }) => answer.forwards)).toFixed(1),
    Math.round(median(outcomes.map(({ answer }) => answer.ms))),
  ];
}

function estimate({ value, low, high }: Estimate): string {
  const number = (share: number): string => (100 * share).toFixed(1);
  return `${number(value)} (${number(low)} – ${number(high)})`;
}
