// npm test: every part, side by side where it may be, since much of each is waiting; ends with what failed in each, and
// the sum of their counts.
import { spawn } from 'node:child_process';
import path from 'node:path';
import pLimit from 'p-limit';
import { ROOT } from '../../../scripts/setup/paths';
import { ensureVscodeHost, vscodeHostExists } from '../../../scripts/vscode/vscode-host';
import { finish, parseCounts, settle } from './counts';
import { digest } from './digest';
import type { Part } from './digest';

/** Two cores have room for three parts, first come first served: those that drive VS Code wait half of their time. */
const ROOM = pLimit(3);

/** How a part has ended. */
interface Ended {
  readonly endedWell: boolean;
  readonly output: string;
}

/** Runs a task with its arguments. What it prints comes in one piece at its end, so that parts do not mix. */
async function run(...task: readonly string[]): Promise<Ended> {
  const name = task.join(' ');
  console.log(`── ${name}: begins`);
  const started = performance.now();
  const withSetup = path.join(ROOT, 'scripts/setup/with-setup.mjs');
  const child = spawn(process.execPath, [withSetup, ...task], { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const output = Buffer.concat(chunks).toString();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`\n── ${name} ──\n${output}(${name}: ${seconds} s)\n`);
  return { endedWell: code === 0, output };
}

async function test(...task: readonly string[]): Promise<Part> {
  const { endedWell, output } = await ROOM(() => run(...task));
  return { name: task.join(' '), counts: settle(parseCounts(output), endedWell), output };
}

/** What cannot be installed here is told by the tests that need it. */
async function installVscode(): Promise<void> {
  if (vscodeHostExists()) await ensureVscodeHost().catch(() => undefined);
}

/** The tests that need bundles, the longest first; those of units take what room the others leave. */
async function testBundles(vscode: Promise<void>): Promise<readonly Part[]> {
  const { endedWell, output } = await ROOM(() => run('build'));
  if (!endedWell) return [{ name: 'build', counts: { passed: 0, failed: 1 }, output }];
  return Promise.all([
    test('test:unit', 'unit/scripts'),
    vscode.then(() => test('test:ui')),
    vscode.then(() => test('test:host')),
    vscode.then(() => test('test:unit', '--except', 'unit/scripts')),
  ]);
}

async function runAll(): Promise<void> {
  const [lint, rest] = await Promise.all([test('lint'), testBundles(installVscode())]);
  const parts = [lint, ...rest];
  process.stdout.write(parts.map(digest).join(''));
  const sum = (kind: 'passed' | 'failed'): number => parts.reduce((all, { counts }) => all + counts[kind], 0);
  finish({ passed: sum('passed'), failed: sum('failed') });
}

void runAll();
