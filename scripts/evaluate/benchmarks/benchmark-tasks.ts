import { existsSync } from 'node:fs';
import { CliError } from '../../../src/cli/command-line/failures';
import { readRows } from '../../train/corpus/benchmark-files';
import type { OneHole } from '../task';

/** Public benchmarks of infilling: reported on, never tuned or trained on. Users get the files from their publishers. */
export const BENCHMARKS = ['santacoder-fim', 'humaneval-infilling'] as const;
export type Benchmark = (typeof BENCHMARKS)[number];

/** A hole with what stood in it and, where they can be run, the task's own tests: Python behind the whole text. */
export interface BenchmarkTask {
  readonly task: OneHole;
  readonly tests: string | undefined;
}

type Row = Readonly<Record<string, unknown>>;

const EXTENSIONS: Readonly<Record<string, string>> = { java: 'java', javascript: 'js', js: 'js', py: 'py' };
const LANGUAGES: Readonly<Record<string, string>> = { py: 'python', js: 'javascript' };

/**
 * @param limit at most this many, evenly spread: the files are sorted by language and problem
 * @throws CliError when the file is missing or is not that benchmark's
 */
export async function benchmarkTasks(
  benchmark: Benchmark,
  file: string,
  limit = Infinity,
): Promise<BenchmarkTask[]> {
  if (!existsSync(file)) throw new CliError(`There is no benchmark ${file}. Check the path.`);
  const read = benchmark === 'santacoder-fim' ? santacoderTask : humanEvalTask;
  const tasks = (await readRows(file)).map((row, i) => read(row, `${file}, task ${i + 1}`));
  if (tasks.length === 0) throw new CliError(`${file} has no task. Name the file of ${benchmark}.`);
  const count = Math.min(limit, tasks.length);
  return Array.from({ length: count }, (_, i) => tasks[Math.floor((i * tasks.length) / count)]!);
}

/** bigcode/santacoder-fim-task: lines of MultiPL-E's Python, Java and JavaScript solutions (arXiv 2301.03988). */
function santacoderTask(row: Row, where: string): BenchmarkTask {
  const text = fieldsOf(row, where, ['name', 'language', 'prompt', 'suffix', 'canonical_solution']);
  const extension = EXTENSIONS[text.language];
  const task = {
    id: text.name,
    lang: LANGUAGES[text.language] ?? text.language,
    path: extension === undefined ? 'main' : `main.${extension}`,
  };
  return { task: { ...task, ...holeOf(text) }, tests: undefined };
}

/** OpenAI's HumanEval-Infilling: single line, multi-line and random span (arXiv 2207.14255). */
function humanEvalTask(row: Row, where: string): BenchmarkTask {
  const names = ['task_id', 'entry_point', 'prompt', 'suffix', 'canonical_solution', 'test'] as const;
  const text = fieldsOf(row, where, names);
  return {
    task: { id: text.task_id, lang: 'python', path: 'main.py', ...holeOf(text) },
    tests: `${text.test}\ncheck(${text.entry_point})\n`,
  };
}

function holeOf(text: Readonly<Record<'prompt' | 'suffix' | 'canonical_solution', string>>) {
  return {
    kind: 'line' as const,
    prefix: text.prompt,
    suffix: text.suffix,
    middle: text.canonical_solution,
  };
}

function fieldsOf<Name extends string>(
  row: Row,
  where: string,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const missing = names.find((name) => typeof row[name] !== 'string');
  if (missing !== undefined)
    throw new CliError(
      `${where} has no text “${missing}”. Is it that benchmark’s file, as its publisher has it?`,
    );
  return row as Readonly<Record<Name, string>>;
}
