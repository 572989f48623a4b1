import { readFileSync } from 'node:fs';
import { writeWhole } from '../train/corpus/json-lines';
import { CliError } from '../../src/cli/command-line/failures';
import { KINDS, type Task } from './task';

export function writeTasks(file: string, tasks: readonly Task[]): void {
  writeWhole(file, tasks.map((task) => `${JSON.stringify(task)}\n`).join(''));
}

/** @throws CliError naming the line, the field and what it must be */
export function readTasks(file: string): Task[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`The tasks file ${file} cannot be read: ${(error as Error).message}. Check the path.`);
  }
  const lines = text.split('\n');
  const tasks = lines.flatMap((line, i) => (line.trim() === '' ? [] : [parseTask(line, `${file}:${i + 1}`)]));
  const ids = new Set(tasks.map(({ id }) => id));
  if (ids.size < tasks.length) throw new CliError(`${file} has tasks with the same id. Give each its own.`);
  return tasks;
}

function parseTask(line: string, where: string): Task {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new CliError(
      `${where}: the line is not JSON: ${(error as Error).message}. Write one JSON object a line.`,
    );
  }
  const check = (ok: boolean, field: string, wanted: string): void => {
    if (!ok) throw new CliError(`${where}: “${field}” must be ${wanted}.`);
  };
  check(typeof value === 'object' && value !== null, 'the line', 'a JSON object');
  const task = value as Record<string, unknown>;
  for (const field of ['id', 'lang', 'path', 'prefix', 'suffix'])
    check(typeof task[field] === 'string', field, 'a string');
  check((KINDS as readonly unknown[]).includes(task['kind']), 'kind', KINDS.join(' or '));
  const { middle, middles, between } = task;
  if (middles === undefined) {
    check(typeof middle === 'string' && middle !== '', 'middle', 'a string that is not empty');
  } else {
    check(isStrings(middles) && middles.some((text) => text !== ''), 'middles', 'strings, not all empty');
    const gaps = (middles as readonly string[]).length - 1;
    check(isStrings(between) && between.length === gaps, 'between', 'strings, one fewer than “middles”');
  }
  return task as unknown as Task;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
