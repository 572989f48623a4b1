import { Command, Option } from 'commander';
import { FOREIGN_PRECISIONS } from '../engine/import';
import { LENGTH_SEARCHES } from '../engine/index';
import { bench, type BenchOptions } from './bench/bench-command';
import { completeLines } from './complete/complete-command';
import { serveDemoPage, type DemoOptions } from './demo-command';
import { benchUsers } from './bench/users-bench';
import { UsageError } from './command-line/failures';
import { fillFile, type FillOptions } from './fill/fill-command';
import { generateText, type GenerateOptions } from './generate-command';
import { importBundle, sourceFrom, type ImportOptions } from './import-command';
import { fillLines } from './fill/jsonl-command';
import {
  addEngineOptions,
  addModelOptions,
  collectCounts,
  collectRange,
  countFrom,
  userPath,
  type EngineOptions,
} from './command-line/options';
import type { Range } from './command-line/range';
import { selfCheck } from './self-check';

/** Every command of the command line, with its options; `signal` ends the one that runs. */
export function program(signal: AbortSignal): Command {
  // `exitOverride` and the help's form are inherited only by commands that are added later.
  const root = new Command('llada')
    .description('Fill holes in code with a masked-diffusion language model.')
    .exitOverride();

  addEngineOptions(
    root
      .command('fill')
      .description('fill ranges of a file, or requests from standard input')
      .argument('[file]', 'a UTF-8 text file; it is not changed')
      .option(
        '--range <range>',
        'LINE:COLUMN-LINE:COLUMN from 1, without its end; may be repeated',
        collectRange,
      )
      .option('--jsonl', 'read one JSON object a line: {id, path?, prefix, suffix, between?, maxTokens?}')
      .option('--max-tokens <count>', 'most tokens in a hole of unknown length', countFrom(1))
      .option('--candidates <count>', 'several fills at once, 1–8, best first', countFrom(1))
      .addOption(
        new Option('--length-search <name>', 'how a model that knows no lengths finds one').choices(
          LENGTH_SEARCHES,
        ),
      )
      .option('--no-drafts', 'take nothing from the text around that it repeats'),
  ).action(async (file: string | undefined, options: FillOptions & { range?: Range[]; jsonl?: true }) => {
    if (options.jsonl) {
      if (file !== undefined || options.range)
        throw new UsageError('--jsonl takes neither a file nor --range.');
      return fillLines(options, signal);
    }
    if (file === undefined) throw new UsageError('Name a file and a --range in it, or give --jsonl.');
    if (!options.range) throw new UsageError('Say what to fill, as in --range 12:5-14:1.');
    return fillFile(userPath(file), options.range, options, signal);
  });

  addEngineOptions(
    root
      .command('complete')
      .description('say what the editor would offer at places from standard input')
      .option('--jsonl', 'read one JSON object a line: {id, path?, prefix, suffix, completion?, asked?}'),
  ).action((options: EngineOptions & { jsonl?: true }) => {
    if (!options.jsonl) throw new UsageError('Give --jsonl, and one place a line on standard input.');
    return completeLines(options, signal);
  });

  addEngineOptions(
    root
      .command('generate')
      .description('write text from nothing')
      .option('--tokens <count>', 'how many tokens', countFrom(1), 50),
  ).action((options: GenerateOptions) => generateText(options, signal));

  addModelOptions(
    root
      .command('bench')
      .description('measure fills of lines of this project in many ways')
      .option('--rounds <count>', 'measurements of each row', countFrom(1), 20)
      .option('--only <rows...>', 'of the rows only these')
      .option(
        '--users <counts...>',
        'instead: fills that so many users ask for at once, whose steps share forwards, and one after the other',
        collectCounts,
      )
      .option('--together <count>', 'with --users: most of them that run at once', countFrom(2), 8)
      .option('--json', 'print one JSON object instead of a table'),
  ).action(({ users, ...options }: BenchOptions & { users?: number[]; together: number }) =>
    users ? benchUsers({ ...options, users }, signal) : bench(options, signal),
  );

  addModelOptions(
    root
      .command('demo')
      .description('serve the generation demo to this machine’s browsers')
      .option('--port <port>', 'on 127.0.0.1 (default: a free one)', countFrom(1), 0),
  ).action((options: DemoOptions) => serveDemoPage(options, signal));

  root
    .command('import')
    .description('make a bundle of somebody else’s masked-diffusion model')
    .argument(
      '<source>',
      'a folder as the Hugging Face hub has it, or the id of a model there: owner/name[@revision]',
    )
    .requiredOption('--out <dir>', 'the bundle’s folder, which is not there yet', userPath)
    .addOption(
      new Option('--precision <name>', 'form of the weights')
        .choices(FOREIGN_PRECISIONS)
        .default('int8-blocks'),
    )
    .option('--name <name>', 'as people see it (default: that of the source)')
    .option('--architecture <name>', 'what the network is, where its files do not say')
    .action((source: string, options: ImportOptions) => importBundle(sourceFrom(source), options, signal));

  root
    .command('self-check')
    .description('fill a hole of a sample file once')
    .action(() => selfCheck(signal));
  return root;
}
