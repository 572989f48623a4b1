// npm run fuzz -- [--cases N] [--seed N] [--model DIR]: random documents through fill and inline completion.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { EngineClient, inChildProcess } from '../../src/engine/node';
import { writeTinyBundle } from '../tiny-bundle/tiny-bundle';
import { atExit } from '../setup/at-exit';
import { ROOT } from '../setup/paths';
import { fuzz } from './fuzz';

const EVERY = 500;
const SHOWN = 20;

const { cases, seed, model } = new Command('npm run fuzz --')
  .option('--cases <n>', 'how many', Number, 10_000)
  .option('--seed <n>', 'of the first case; the next has the next', Number, 1)
  .option(
    '--model <dir>',
    'a bundle; without it a tiny one of random weights, which writes every byte there is',
  )
  .parse()
  .opts<{ cases: number; seed: number; model?: string }>();

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llada-fuzz-'));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  if (model === undefined) await writeTinyBundle(folder, 'f32');
  const bundle = model === undefined ? folder : path.resolve(process.env['INIT_CWD'] ?? '.', model);
  const engine = await EngineClient.start(inChildProcess(path.join(ROOT, 'dist/engine-host.js'), bundle), {
    provider: 'cpu',
  });
  try {
    const report = await fuzz(engine, { seed, cases }, (done) => {
      if (done % EVERY === 0) console.error(`${done} of ${cases}`);
    });
    const { counts, failures, ms, slowest } = report;
    for (const failure of failures.slice(0, SHOWN)) {
      console.log(`seed ${failure.seed}: ${failure.error.name}: ${failure.error.message}`);
    }
    console.log(
      `${cases} cases in ${(ms / 1000).toFixed(0)} s: ${counts.fill} fills and ${counts.completion} completions ` +
        `without a fault, ${counts.refused} rightly refused, ${failures.length} with a fault. Slowest: seed ${slowest.seed}, ${slowest.ms.toFixed(0)} ms.`,
    );
    process.exitCode = failures.length > 0 ? 1 : 0;
  } finally {
    await engine.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
