import { isAbsolute, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  DECODINGS,
  REMASKINGS,
  SCHEDULES,
  presentOrder,
  UNMASKING_ORDERS,
  type LoadOptions,
  type ReverseProcessOptions,
} from '../../engine/index';
import { parseRange, type Range } from './range';

/** The options that every command takes: which model, on what, and how the reverse process runs. */
export interface EngineOptions extends ReverseProcessOptions {
  readonly model?: string;
  readonly provider: NonNullable<LoadOptions['provider']>;
}

/** A path as the user wrote it; npm runs its scripts elsewhere and keeps where the user stands in INIT_CWD. */
export function userPath(path: string): string {
  return isAbsolute(path) ? path : resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
}

/** Adds the options that say which model runs, and on what. */
export function addModelOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--model <dir>', 'folder of a model bundle (default: the one that comes along)').argParser(
        userPath,
      ),
    )
    .addOption(providerOption('auto'));
}

/** @param standard what it is when not given */
export function providerOption(standard: EngineOptions['provider']): Option {
  return new Option('--provider <name>', 'what the model runs on')
    .choices(['auto', 'cpu', 'webgpu', 'cuda'])
    .default(standard);
}

/** The options of the reverse process, by the engine's names for it. Unset ones stay away: the engine has its own defaults. */
const REVERSE_PROCESS_OPTIONS: readonly Option[] = [
  new Option('--sampling <kind>', 'how a token is drawn').choices(['greedy', 'multinomial']),
  new Option('--temperature <number>', 'of multinomial sampling, above 0').argParser(aboveZero),
  new Option(
    '--top-p <number>',
    'draw among the most probable tokens that together reach this, 0–1',
  ).argParser(aboveZero),
  new Option('--top-k <count>', 'draw among this many most probable tokens; 0 is off').argParser(
    countFrom(0),
  ),
  new Option(
    '--threshold <number>',
    'also commit every token at least this probable, 0–1; 0 is off',
  ).argParser(share),
  new Option(
    '--threshold-factor <number>',
    'also commit the n most probable while (n + 1)(1 − p) is at most this; 0 is off',
  ).argParser(notNegative),
  new Option(
    '--entropy-bound <nats>',
    'also commit while the entropies sum to at most this; 0 is off',
  ).argParser(notNegative),
  new Option('--steps <count>', 'most steps (default: one for each mask)').argParser(countFrom(1)),
  new Option('--schedule <name>', 'how the steps share out the masks').choices(SCHEDULES),
  orderOption(),
  new Option('--block-length <count>', 'tokens in a block, filled from left to right; 0 is off').argParser(
    countFrom(0),
  ),
  new Option('--remasking <name>', 'which committed tokens are masked again').choices(REMASKINGS),
  new Option('--remasking-strength <number>', 'how much of that, 0–1').argParser(share),
  new Option(
    '--guidance <scale>',
    'how far to turn from what the model would say without context; 0 is off',
  ).argParser(notNegative),
  new Option('--decoding <name>', "whose loop is run (default: the model's own)").choices(DECODINGS),
  new Option(
    '--order-temperature <number>',
    'of dream and dreamon: draw positions by their confidence; 0 is off',
  ).argParser(notNegative),
  new Option('--exact', 'keep no keys and values between steps where that changes anything'),
  new Option(
    '--repetition-penalty <number>',
    'what a third copy in a row and every further one costs, from 1 (off)',
  ).argParser(fromOne),
  new Option('--seed <number>', 'same seed, same text').argParser(countFrom(0)),
];

/** Adds the options of `EngineOptions`. */
export function addEngineOptions(command: Command): Command {
  return REVERSE_PROCESS_OPTIONS.reduce((whole, option) => whole.addOption(option), addModelOptions(command));
}

/** Only what the reverse process takes, of all a command takes; always in the same order, whatever the user's. */
export function reverseProcessOptions(options: ReverseProcessOptions): ReverseProcessOptions {
  const given = new Map<string, unknown>(Object.entries(options));
  const taken = REVERSE_PROCESS_OPTIONS.map((option) => option.attributeName());
  return Object.fromEntries(
    taken.flatMap((name) => (given.get(name) === undefined ? [] : [[name, given.get(name)]])),
  );
}

/** A whole number of at least `least`. */
export function countFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}

export function collectCounts(text: string, previous: readonly number[] = []): number[] {
  return [...previous, countFrom(1)(text)];
}

export function collectRange(text: string, previous: readonly Range[] = []): Range[] {
  try {
    return [...previous, parseRange(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as RangeError).message);
  }
}

/** Takes an order's former name without showing it. */
function orderOption(): Option {
  const option = new Option('--order <name>', 'which masks are committed first').choices(UNMASKING_ORDERS);
  const check = option.parseArg!;
  return option.argParser((text, previous) => check(presentOrder(text), previous));
}

function aboveZero(text: string): number {
  const value = decimal(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

function fromOne(text: string): number {
  const value = decimal(text);
  if (value >= 1) return value;
  throw new InvalidArgumentError('It must be a number of at least 1 (off).');
}

function share(text: string): number {
  const value = decimal(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 (off) to 1.');
}

function notNegative(text: string): number {
  const value = decimal(text);
  if (value >= 0) return value;
  throw new InvalidArgumentError('It must be a number of at least 0 (off).');
}

/** NaN for anything but a plain decimal number: `Number` alone takes '', ' 1' and '0x10' too. */
function decimal(text: string): number {
  return /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : NaN;
}
