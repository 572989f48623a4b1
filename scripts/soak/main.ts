// npm run soak -- [--minutes N] [--seed N]: mixed requests, edits, cancels, kills and model switches on a real engine.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { bundleForProvider } from '../../src/engine/index';
import { findBundledModels } from '../../src/engine/node';
import { writeTinyBundle } from '../tiny-bundle/tiny-bundle';
import { atExit } from '../setup/at-exit';
import { ARTIFACTS, ROOT } from '../setup/paths';
import { drawSamples, SoakSamples, type SoakSample } from './samples';
import { soak } from './soak';

const ROWS = 20;
const PROVIDER = 'cpu';

const { minutes, seed } = new Command('npm run soak --')
  .option('--minutes <n>', 'how long', Number, 60)
  .option('--seed <n>', 'of what is done', Number, 1)
  .parse()
  .opts<{ minutes: number; seed: number }>();

async function main(): Promise<void> {
  const root = mkdtempSync(path.join(tmpdir(), 'llada-soak-'));
  atExit(() => rmSync(root, { recursive: true, force: true }));
  const tiny = path.join(root, 'tiny');
  await writeTinyBundle(tiny, 'f32');
  // A temporary folder of the engine's own: whatever is in it at the end was left behind.
  const temporary = path.join(root, 'tmp');
  mkdirSync(temporary);
  process.env['TMPDIR'] = temporary;

  const bundled = bundleForProvider(findBundledModels(ROOT), PROVIDER);
  const samples = new SoakSamples(Math.max(2000, (minutes * 60_000) / 200));
  const end = performance.now() + minutes * 60_000;
  const { counts, faults, leftProcesses } = await soak({
    host: path.join(ROOT, 'dist/engine-host.js'),
    bundles: [...(bundled ? [bundled.folder] : []), tiny],
    load: { provider: PROVIDER },
    seed,
    goOn: () => performance.now() < end,
    onAction: (action, ms, engine) => samples.add(action === 'fill' ? ms : undefined, engine),
  });
  const leftFiles = readdirSync(temporary, { recursive: true });
  report(samples.samples);
  console.log(
    Object.entries(counts)
      .map(([action, count]) => `${action} ${count}`)
      .join(', '),
  );
  console.log(
    `Faults: ${faults.length}. Processes left: ${leftProcesses.length}. Files left: ${leftFiles.length}.`,
  );
  for (const line of [...faults, ...leftFiles.map(String)].slice(0, ROWS)) console.log(`  ${line}`);
  process.exitCode = faults.length + leftProcesses.length + leftFiles.length > 0 ? 1 : 0;
}

function report(samples: readonly SoakSample[]): void {
  const folder = path.join(ARTIFACTS, 'soak');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'soak.svg'), drawSamples(samples));
  writeFileSync(path.join(folder, 'soak.json'), `${JSON.stringify(samples, null, 1)}\n`);
  const every = Math.max(1, Math.ceil(samples.length / ROWS));
  const rounded = samples
    .filter((_, i) => i % every === 0 || i === samples.length - 1)
    .map((sample) =>
      Object.fromEntries(
        Object.entries(sample).map(([key, value]: [string, number]) => [key, Number(value.toFixed(1))]),
      ),
    );
  console.table(rounded);
  console.log(`All samples: ${path.relative(process.cwd(), folder)}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
