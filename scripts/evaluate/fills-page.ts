import type { Answered } from './rows';
import { betweenOf, middlesOf, type Task } from './task';

/** Lines shown on each side of a hole. */
const AROUND = 3;
const HOLE = '▁▁▁';

/** The first tasks with their fills as they are, in Markdown. */
export function fillSections(ways: readonly Answered[], count: number): string {
  const tasks = ways[0]?.cases.slice(0, count).map(({ task }) => task) ?? [];
  return tasks.map((task, i) => section(i, task, ways)).join('\n');
}

function section(index: number, task: Task, ways: readonly Answered[]): string {
  const answers = ways.map(({ label, cases }) => {
    const { texts, steps, ms } = cases[index]!.answer;
    return `${label}, ${steps} steps, ${Math.round(ms)} ms:\n\n${fenced(texts.join(`\n${HOLE}\n`), task.lang)}`;
  });
  return [
    `## ${index + 1}. ${task.kind}, \`${task.path}\`\n`,
    fenced(surroundings(task), task.lang),
    `What stood there:\n\n${fenced(middlesOf(task).join(`\n${HOLE}\n`), task.lang)}`,
    ...answers,
  ].join('\n');
}

function surroundings(task: Task): string {
  const before = task.prefix
    .split('\n')
    .slice(-AROUND - 1)
    .join('\n');
  const after = task.suffix
    .split('\n')
    .slice(0, AROUND + 1)
    .join('\n');
  return [before, ...betweenOf(task), after].join(HOLE);
}

/** A code block whose fence is longer than any in the text. */
function fenced(text: string, lang: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${lang}\n${text}\n${fence}\n`;
}
