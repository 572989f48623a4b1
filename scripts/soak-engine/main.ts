/** `npm run soak:engine`: thousands of random requests to one engine process; memory and latency as they go. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { EngineClient, findBundledModels, inChildProcess } from '../../src/engine/node';
import { ROOT } from '../setup/paths';
import { soak } from './soak';

const LINES = 20;

async function main(): Promise<void> {
  const options = new Command('soak:engine')
    .description('Random requests, some cancelled, and what becomes of memory and latency.')
    .option('--requests <n>', 'how many', '10000')
    .option('--cancels <n>', 'how many of them are cancelled', '200')
    .option('--seed <n>', 'same seed, same requests', '1')
    .option('--model <dir>', 'folder of a model bundle')
    .parse()
    .opts<{ requests: string; cancels: string; seed: string; model?: string }>();
  const folder = options.model ?? findBundledModels(ROOT)[0]?.folder;
  if (folder === undefined) throw new Error('There is no bundled model; name one with --model.');
  const requests = Number(options.requests);
  const engine = await EngineClient.start(inChildProcess(path.join(ROOT, 'dist/engine-host.js'), folder), {});
  try {
    console.log(`${engine.info.bundle} (${engine.info.precision}) on ${engine.info.provider}`);
    console.log('requests   p50 ms   p95 ms   memory MB');
    const plan = {
      requests,
      cancels: Number(options.cancels),
      seed: Number(options.seed),
      text: readFileSync(path.join(ROOT, 'src/engine/process/client.ts'), 'utf8'),
      every: Math.max(1, Math.floor(requests / LINES)),
    };
    for await (const line of soak(engine, plan)) {
      const cells = [line.p50.toFixed(1), line.p95.toFixed(1), (line.residentBytes / 1e6).toFixed(1)];
      console.log(
        String(line.requests).padStart(8) + cells.map((cell, i) => cell.padStart(i === 2 ? 12 : 9)).join(''),
      );
    }
  } finally {
    await engine.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
