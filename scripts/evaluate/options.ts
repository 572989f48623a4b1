import { Command, InvalidArgumentError, Option } from 'commander';
import {
  addEngineOptions,
  countFrom,
  userPath,
  type EngineOptions,
} from '../../src/cli/command-line/options';
import { BENCHMARKS, type Benchmark } from './benchmarks/benchmark-tasks';

export interface EvaluateOptions extends EngineOptions {
  /** A public benchmark instead of the held-out packages; its file is the command's argument. */
  readonly benchmark?: Benchmark;
  readonly split: 'valid' | 'test';
  /** Tasks of each kind. */
  readonly limit: number;
  readonly taskSeed: number;
  readonly debian: boolean;
  readonly tasks?: string;
  readonly writeTasks?: string;
  readonly length: 'known' | 'unknown' | 'both' | 'masks';
  /** How many candidates are asked for, beside one fill; 1 is off. */
  readonly candidates: number;
  /** Draws of t for bits per byte; 0 is off. */
  readonly draws: number;
  /** Tasks that the curves over thresholds and steps are drawn from; 0 is off. */
  readonly curveTasks: number;
  /** Only how much is lost by contexts that are kept while somebody types. */
  readonly typed: boolean;
  /** Only how much is gained by a passage of the package's other files. */
  readonly tabs: boolean;
  /** Only how what is put in differs from the first fill. */
  readonly putIn: boolean;
  /** A folder of sources to draw tasks from. */
  readonly from?: string;
  /** Only this: what an edit calls for elsewhere in its file. */
  readonly nextEdit: boolean;
  /** A built corpus whose held-out texts are taken, in all their languages. */
  readonly corpus?: string;
  /** Of `nextEdit`: these languages alone, of the held-out packages of every registry. */
  readonly languages?: readonly string[];
  /** Other bundles to be put to the same tasks. */
  readonly compare: readonly string[];
  /** A built corpus whose training part fills are looked for in. */
  readonly memorisation?: string;
  readonly out: string;
  /** A model card to put the tables into. */
  readonly card?: string;
}

const MOST_CANDIDATES = 8;

export function evaluateCommand(): Command {
  const folder = (flags: string, description: string): Option =>
    new Option(flags, description).argParser(userPath);
  return addEngineOptions(
    new Command('evaluate')
      .description('Fills holes in the held-out packages, and measures how well.')
      .argument('[file]', 'of --benchmark: Parquet, or JSON lines, gzipped or not')
      .addOption(
        new Option(
          '--benchmark <name>',
          'put a public benchmark’s tasks; --limit spreads over its file',
        ).choices(BENCHMARKS),
      )
      .addOption(new Option('--split <name>', 'held-out packages').choices(['valid', 'test']).default('test'))
      .addOption(
        new Option('--limit <count>', 'tasks of each kind of hole').argParser(countFrom(1)).default(60),
      )
      .addOption(
        new Option('--task-seed <number>', 'same seed, same tasks').argParser(countFrom(0)).default(1),
      )
      .option('--debian', 'take the held-out Debian package too, for Python; needs apt-get', false)
      .addOption(folder('--from <dir>', 'draw the tasks from the sources below this folder'))
      .addOption(folder('--tasks <file>', 'put these tasks, JSON lines, instead of drawing some'))
      .addOption(folder('--write-tasks <file>', 'write the tasks, as JSON lines'))
      .addOption(
        new Option(
          '--length <which>',
          'whether the model is told the true length in tokens; masks: it begins with 4, 8, 16, 32 and 64 and changes them',
        )
          .choices(['known', 'unknown', 'both', 'masks'])
          .default('both'),
      )
      .addOption(
        new Option(
          '--candidates <count>',
          'ask for this many candidates too, 2–8: one fill, the one chosen, and whether the right one is among them',
        )
          .argParser(candidatesFrom)
          .default(1),
      )
      .addOption(
        new Option('--draws <count>', 'draws of t for bits per byte; 0 is off')
          .argParser(countFrom(0))
          .default(32),
      )
      .addOption(
        new Option('--curve-tasks <count>', 'tasks for the curves over thresholds and steps; 0 is off')
          .argParser(countFrom(0))
          .default(48),
      )
      .addOption(
        new Option('--compare <dir>', 'put another bundle to the same tasks; may be repeated')
          .argParser((path: string, before: readonly string[]) => [...before, userPath(path)])
          .default([]),
      )
      .option(
        '--typed',
        'only compare contexts kept while 1 to 32 tokens are typed with reading everything',
        false,
      )
      .option(
        '--put-in',
        'only compare the fill that editor and command line put in with the first one',
        false,
      )
      .option(
        '--tabs',
        'only compare a passage of the package’s other files in front, as of open tabs, with the file alone',
        false,
      )
      .option('--next-edit', 'only measure what is proposed elsewhere in a file after an edit', false)
      .addOption(folder('--corpus <dir>', 'of --next-edit: the held-out texts of this built corpus'))
      .addOption(
        new Option(
          '--languages <ids>',
          'of --next-edit: only these, as VS Code calls them, e.g. go,rust,c,python; of the packages of all registries: needs apt-get, cargo, go and mvn',
        ).argParser((ids: string) => ids.split(',')),
      )
      .addOption(folder('--memorisation <dir>', 'look for the fills in the training part of a built corpus'))
      .addOption(
        folder('--out <dir>', 'where the report goes, and what was answered: a stopped run goes on').default(
          userPath('artifacts/evaluation'),
          'artifacts/evaluation',
        ),
      )
      .addOption(folder('--card <file>', 'put the tables into this model card')),
  );
}

function candidatesFrom(text: string): number {
  const count = countFrom(1)(text);
  if (count <= MOST_CANDIDATES) return count;
  throw new InvalidArgumentError(`The engine gives at most ${MOST_CANDIDATES}.`);
}
