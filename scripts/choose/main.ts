/** npm run fit-chooser. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { Command, Option } from 'commander';
import { exitCodeOf } from '../../src/cli/command-line/exit-code';
import { CliError } from '../../src/cli/command-line/failures';
import { addModelOptions, countFrom, userPath, type EngineOptions } from '../../src/cli/command-line/options';
import { bundleFolder, projectRoot } from '../../src/cli/command-line/session';
import { drawLineCharts } from '../../src/display/line-chart';
import { DEFAULT_STARTS, Random, type Chooser, type Engine } from '../../src/engine/index';
import { loadEngine } from '../../src/engine/node';
import { drawTasks } from '../evaluate/draw-tasks';
import { heldOutTexts } from '../evaluate/held-out';
import { withChances } from './card-chances';
import { collect, type CollectedTask } from './collect';
import { collectShown } from './collect-shown';
import { drawPlaces } from './draw-places';
import { fitChooser, judgeByFolds, type Judged } from './fit';
import { withGrammar } from './grammar';
import { fitShown, judgedBy, judgeShown, suggestionsOf, type Suggestion } from './shown';
import { shownReport } from './shown-report';
import { accountOfChances, chooserReport, reliabilityChart } from './report';
import { writeChooser } from './write-chooser';

interface Options extends EngineOptions {
  readonly limit: number;
  readonly places: number;
  readonly registries: boolean;
  readonly engines: number;
  readonly threads?: number;
  readonly out: string;
  readonly write?: string;
}

/** Other tasks than those that anything else is fitted or measured on. */
const TASK_SEED = 19;
const LEAST_TASKS = 50;
/** The default of `llada.inlineCompletions.leastConfidence`. */
const LEAST_CONFIDENCE = 0.4;

void exitCodeOf(async (signal) => {
  const options = addModelOptions(
    new Command('fit-chooser')
      .description(
        'Fits the chances that candidates are right, on what a bundle writes into holes of the valid packages.',
      )
      .addOption(
        new Option('--limit <count>', 'tasks of each of five kinds of hole')
          .argParser(countFrom(1))
          .default(420),
      )
      .addOption(
        new Option('--places <count>', 'places where somebody who types pauses, for what is shown by itself')
          .argParser(countFrom(1))
          .default(1200),
      )
      .option(
        '--registries',
        'of those places some in Rust, Go and more Java: needs cargo, go and mvn',
        false,
      )
      .addOption(
        new Option('--engines <count>', 'so many at once, each in a process of its own')
          .argParser(countFrom(1))
          .default(1),
      )
      .addOption(
        new Option('--threads <count>', 'of each engine (default: all cores)').argParser(countFrom(1)),
      )
      .addOption(
        new Option('--out <dir>', 'where the report goes, and what was collected: a stopped run goes on')
          .argParser(userPath)
          .default(userPath('artifacts/chooser'), 'artifacts/chooser'),
      )
      .addOption(
        new Option('--write <dir>', 'the master bundle whose config.json gets the coefficients').argParser(
          userPath,
        ),
      ),
  )
    .exitOverride()
    .parse(process.argv)
    .opts<Options>();
  const { limit, places: count, registries, out, write } = options;
  const cache = join(projectRoot(), '.cache');
  const texts = await heldOutTexts({ split: 'valid', debian: false, cache, signal });
  // What is chosen among two texts at once says little of either.
  const tasks = drawTasks(texts, { split: 'valid', limit, seed: TASK_SEED }).filter(
    ({ kind }) => kind !== 'two-holes',
  );
  const typed = registries
    ? await heldOutTexts({ split: 'valid', debian: false, registries, cache, signal })
    : texts;
  const places = drawPlaces(typed, { split: 'valid', count }, new Random(TASK_SEED));
  const { collected, completed } = await withEngines(options, signal, async (engines, identity) => ({
    completed: await collectShown(engines, identity, places, out, signal),
    collected: await collect(engines, identity, tasks, out, signal),
  }));
  if (collected.length < LEAST_TASKS)
    throw new CliError(`${collected.length} tasks are too few for a fit: give --limit 10 at least.`);
  report(await withGrammar(collected, tasks), suggestionsOf(completed), out, write);
}).then((exitCode) => (process.exitCode = exitCode));

function report(
  known: readonly CollectedTask[],
  suggestions: readonly Suggestion[],
  out: string,
  write: string | undefined,
): void {
  const judged = judgeByFolds(known, DEFAULT_STARTS);
  const full = known.filter(({ all }) => all);
  const fitted = fitChooser(known, DEFAULT_STARTS);
  const chooser = { ...fitted, shown: fitShown(suggestions) };
  const shown = judgeShown(suggestions);
  const drawn = judgedBy(suggestions, fitted.drawn);
  const text = [
    chooserReport(judged, known, full, DEFAULT_STARTS),
    shownReport(shown, drawn, LEAST_CONFIDENCE),
  ].join('\n\n');
  writeFileSync(join(out, 'report.md'), `${text}\n`);
  writeFileSync(join(out, 'reliability.svg'), drawLineCharts([reliabilityChart(judged)]));
  writeFileSync(join(out, 'chooser.json'), `${JSON.stringify(chooser, null, 2)}\n`);
  if (write !== undefined) writeIntoBundle(write, chooser, judged);
  process.stdout.write(`${text}\n`);
}

/** Coefficients and card; the picture lies where those of other cards do, as bundles that are derived have none. */
function writeIntoBundle(folder: string, chooser: Chooser, judged: readonly Judged[]): void {
  writeChooser(folder, chooser);
  const picture = join(projectRoot(), 'docs/notebook', `chances-${basename(folder)}.svg`);
  writeFileSync(picture, drawLineCharts([reliabilityChart(judged)]));
  const card = join(folder, 'README.md');
  const link = relative(folder, picture).replaceAll('\\', '/');
  writeFileSync(card, withChances(readFileSync(card, 'utf8'), accountOfChances(judged, link)));
}

async function withEngines<T>(
  options: Options,
  signal: AbortSignal,
  use: (engines: readonly Engine[], identity: readonly string[]) => Promise<T>,
): Promise<T> {
  const folder = bundleFolder(options);
  const { provider, threads, engines: count } = options;
  const load = (): Promise<Engine> =>
    loadEngine(folder, { provider, ...(threads === undefined ? {} : { threads }) });
  const loaded = await Promise.allSettled(Array.from({ length: count }, load));
  const engines = loaded.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    const failed = loaded.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    signal.throwIfAborted();
    return await use(engines, [weightsOf(folder), engines[0]!.info.provider]);
  } finally {
    await Promise.all(engines.map((engine) => engine.dispose()));
  }
}

/** The weights' hash: coefficients that were written since change nothing of what is collected. */
function weightsOf(folder: string): string {
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
    files?: { weights?: { sha256: string } | readonly unknown[] };
  };
  const weights = config.files?.weights;
  if (weights && 'sha256' in weights) return weights.sha256;
  return createHash('sha256')
    .update(JSON.stringify(weights ?? config))
    .digest('hex');
}
