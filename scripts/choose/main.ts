/** npm run fit-chooser. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { exitCodeOf } from '../../src/cli/command-line/exit-code';
import { addModelOptions, countFrom, userPath, type EngineOptions } from '../../src/cli/command-line/options';
import { projectRoot, withEngine } from '../../src/cli/command-line/session';
import { drawTasks } from '../evaluate/draw-tasks';
import { heldOutTexts } from '../evaluate/held-out';
import { collect } from './collect';

interface Options extends EngineOptions {
  readonly threads?: number;
  readonly limit: number;
  readonly out: string;
}

/** Other tasks than those that anything else is fitted or measured on. */
const TASK_SEED = 19;

void exitCodeOf(async (signal) => {
  const options = addModelOptions(
    new Command('fit-chooser')
      .addOption(new Option('--limit <count>', 'tasks of each kind of hole').argParser(countFrom(1)).default(350))
      .addOption(new Option('--threads <count>', 'of the CPU (default: all cores)').argParser(countFrom(1)))
      .addOption(
        new Option('--out <dir>', 'what was collected: a stopped run goes on')
          .argParser(userPath)
          .default(userPath('artifacts/chooser'), 'artifacts/chooser'),
      ),
  )
    .exitOverride()
    .parse(process.argv)
    .opts<Options>();
  const { limit, out } = options;
  const cache = join(projectRoot(), '.cache');
  const texts = await heldOutTexts({ split: 'valid', debian: false, cache, signal });
  // What is chosen among two texts at once says little of either.
  const tasks = drawTasks(texts, { split: 'valid', limit, seed: TASK_SEED }).filter(
    ({ kind }) => kind !== 'two-holes',
  );
  await withEngine(options, signal, async (engine) => {
    const config = readFileSync(join(engine.info.bundleFolder, 'config.json'));
    const identity = [createHash('sha256').update(config).digest('hex'), engine.info.provider];
    const collected = await collect(engine, identity, tasks, out, signal);
    process.stdout.write(`${collected.length} tasks\n`);
  });
}).then((exitCode) => (process.exitCode = exitCode));
