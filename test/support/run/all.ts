// npm test: every part in turn; ends with the sum of their counts.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../../../scripts/setup/paths';
import { finish, parseCounts, settle } from './counts';
import type { Counts } from './counts';

const PARTS = ['test:unit', 'test:host', 'test:ui', 'lint'];

/** Runs one part, passing on what it prints. */
function run(part: string): Promise<Counts> {
  console.log(`\n── ${part} ──`);
  const started = performance.now();
  const withSetup = path.join(ROOT, 'scripts/setup/with-setup.mjs');
  const child = spawn(process.execPath, [withSetup, part], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    process.stdout.write(data);
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      console.log(`(${part}: ${((performance.now() - started) / 1000).toFixed(1)} s)`);
      resolve(settle(parseCounts(output), code === 0));
    });
  });
}

async function runAll(): Promise<Counts> {
  const sum = { passed: 0, failed: 0 };
  for (const part of PARTS) {
    const { passed, failed } = await run(part);
    sum.passed += passed;
    sum.failed += failed;
  }
  return sum;
}

void runAll().then(finish);
