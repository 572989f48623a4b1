import { Random } from '../../../src/engine/index';
import { fill, type Runtime } from '../../../src/engine/training';
import type { PackedCorpus } from '../samples/packed-corpus';

/** A held-out line to be filled. */
export interface LineTask {
  readonly path: string;
  readonly prefix: string;
  readonly middle: string;
  readonly suffix: string;
}

export interface LineFigures {
  readonly tasks: number;
  /** Share of fills equal to the line after trimming, told the line's length in tokens. */
  readonly exactMatch: number;
  /** The same without being told. */
  readonly exactMatchUnknownLength: number;
  readonly stepsPerFill: number;
  readonly millisecondsPerFill: number;
}

/** Fills of held-out lines by the bundle that training started from, if any, and by the new one. */
export interface Evaluated {
  readonly before: LineFigures | undefined;
  readonly after: LineFigures | undefined;
}

const SHORTEST_LINE = 8;
const LONGEST_LINE = 120;

/** Draws lines of the held-out files, each without its indentation; the same ones for the same seed. */
export function drawLineTasks({ bytes, documents }: PackedCorpus, count: number, seed: number): LineTask[] {
  const random = new Random(seed);
  const tasks: LineTask[] = [];
  for (let tries = 0; tasks.length < count && tries < count * 50 && documents.length > 0; tries++) {
    const { path, start, end } = documents[random.integer(documents.length)]!;
    const text = Buffer.from(bytes.slice(start, end)).toString('utf8');
    const lines = [...text.matchAll(/^([ \t]*)(\S.*)$/gm)].filter(
      ([, , line]) => line!.length >= SHORTEST_LINE && line!.length <= LONGEST_LINE,
    );
    const match = lines[random.integer(lines.length)];
    if (!match) continue;
    const at = match.index + match[1]!.length;
    const middle = match[2]!;
    tasks.push({ path, prefix: text.slice(0, at), middle, suffix: text.slice(at + middle.length) });
  }
  return tasks;
}

/** Fills every task twice, with and without the true length, by the engine itself. */
export async function evaluateLines(
  runtime: Runtime,
  tasks: readonly LineTask[],
  onProgress: (done: number) => void,
): Promise<LineFigures> {
  const sums = { exact: 0, unknown: 0, steps: 0, ms: 0 };
  for (const [i, task] of tasks.entries()) {
    const told = await lastStep(runtime, {
      ...task,
      holes: [{ tokens: runtime.tokenizer.encode(task.middle).length }],
    });
    const guessed = await lastStep(runtime, task);
    sums.exact += Number(told.text.trim() === task.middle.trim());
    sums.unknown += Number(guessed.text.trim() === task.middle.trim());
    sums.steps += guessed.steps;
    sums.ms += guessed.ms;
    onProgress(i + 1);
  }
  const tasksRun = Math.max(1, tasks.length);
  return {
    tasks: tasks.length,
    exactMatch: sums.exact / tasksRun,
    exactMatchUnknownLength: sums.unknown / tasksRun,
    stepsPerFill: sums.steps / tasksRun,
    millisecondsPerFill: sums.ms / tasksRun,
  };
}

async function lastStep(
  runtime: Runtime,
  request: Parameters<typeof fill>[1],
): Promise<{ text: string; steps: number; ms: number }> {
  let last = { text: '', steps: 0, ms: 0 };
  for await (const step of fill(runtime, request, undefined)) {
    last = { text: step.texts[0] ?? '', steps: step.index, ms: step.ms };
  }
  return last;
}
