/**
 * npm run bench:syntax -- FILE…: how long a file's tree takes, in ms of processor time, which other programs at work do
 * not change: a first parse, the longest that it keeps the thread, and what a key takes.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { filesBelow } from '../../src/syntax/node-files';
import { Runtime } from '../../src/syntax/runtime';
import { SyntaxTree } from '../../src/syntax/syntax-tree';
import { ROOT } from '../setup/paths';

const KEYS = 100;

interface Blocked<T> {
  readonly result: T;
  readonly ms: number;
  /** The longest time between two turns of the event loop. */
  readonly longest: number;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function blocked<T>(work: () => Promise<T>): Promise<Blocked<T>> {
  let last = processorMs();
  let longest = 0;
  const look = (): void => {
    longest = Math.max(longest, processorMs() - last);
    last = processorMs();
  };
  let looking = setImmediate(function again() {
    look();
    looking = setImmediate(again);
  });
  const start = last;
  const result = await work();
  look();
  clearImmediate(looking);
  return { result, ms: last - start, longest };
}

async function measure(runtime: Runtime, path: string): Promise<void> {
  const text = readFileSync(path, 'utf8');
  // The grammar is loaded, and compiled, before.
  (await SyntaxTree.read(runtime, { path }, text.slice(0, 2000)))?.[Symbol.dispose]();
  const first = await blocked(() => SyntaxTree.read(runtime, { path }, text));
  if (!first.result) throw new Error(`There is no grammar for ${path}.`);
  let tree: SyntaxTree = first.result;
  const times: number[] = [];
  let at = text.indexOf('\n', Math.floor(text.length / 2));
  for (let key = 0; key < KEYS; key++) {
    using old = tree;
    const start = processorMs();
    tree = await old.replaced(at, at, 'a');
    times.push(processorMs() - start);
    at++;
  }
  tree[Symbol.dispose]();
  times.sort((a, b) => a - b);
  const cells = [first.ms, first.longest, times[KEYS / 2]!, times[Math.floor(0.95 * KEYS)]!, times.at(-1)!];
  console.log(
    [
      String(text.split('\n').length).padStart(6),
      ...cells.map((ms) => ms.toFixed(1).padStart(9)),
      `  ${path}`,
    ].join(''),
  );
}

async function main(): Promise<void> {
  const runtime = new Runtime(filesBelow(ROOT));
  console.log(' lines    first  longest      key      95%     most');
  for (const path of process.argv.slice(2))
    await measure(runtime, resolve(process.env['INIT_CWD'] ?? process.cwd(), path));
}

void main();
