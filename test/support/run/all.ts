// npm test: every part, in three lanes side by side, since much of each is waiting; ends with the sum of their counts.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../../../scripts/setup/paths';
import { finish, parseCounts, settle } from './counts';
import type { Counts } from './counts';

/** A task with its arguments. */
type Part = readonly [task: string, ...args: string[]];

/**
 * Two cores have room for three lanes of about the same length: what drives VS Code waits half of its time. Both parts
 * that do share a lane, for the first of them downloads it.
 */
const LANES: readonly (readonly Part[])[] = [
  [['test:unit', '--except', 'unit/scripts']],
  [['test:unit', 'unit/scripts'], ['lint']],
  [['test:host'], ['test:ui']],
];

/** Runs one part. What it prints comes in one piece at its end, so that lanes do not mix. */
function run(part: Part): Promise<Counts> {
  const name = part.join(' ');
  console.log(`── ${name}: begins`);
  const started = performance.now();
  const withSetup = path.join(ROOT, 'scripts/setup/with-setup.mjs');
  const child = spawn(process.execPath, [withSetup, ...part], { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      const output = Buffer.concat(chunks).toString();
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stdout.write(`\n── ${name} ──\n${output}(${name}: ${seconds} s)\n`);
      resolve(settle(parseCounts(output), code === 0));
    });
  });
}

async function runLane(parts: readonly Part[]): Promise<Counts> {
  const sum = { passed: 0, failed: 0 };
  for (const part of parts) {
    const { passed, failed } = await run(part);
    sum.passed += passed;
    sum.failed += failed;
  }
  return sum;
}

async function runAll(): Promise<Counts> {
  const counts = await Promise.all(LANES.map(runLane));
  return counts.reduce((sum, { passed, failed }) => ({
    passed: sum.passed + passed,
    failed: sum.failed + failed,
  }));
}

void runAll().then(finish);
