// npm run load -- [--users 1 8 32 128] [--seconds N]: fills for so many users, with shared steps and without;
// npm run load -- --rough N: requests that no server likes.
import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import { findPlaces, type CutLine } from '../../src/cli/bench/places';
import { describeMachine } from '../../src/cli/bench/report';
import { exitCodeOf } from '../../src/cli/command-line/exit-code';
import { CliError } from '../../src/cli/command-line/failures';
import { addModelOptions, collectCounts, countFrom } from '../../src/cli/command-line/options';
import { projectRoot } from '../../src/cli/command-line/session';
import { atExit } from '../setup/at-exit';
import { figures, joined, loadTable, type Demand, type LoadRow } from './report';
import { treatRoughly } from './rough';
import { saturate } from './saturate';
import { ServeProcess } from './serve-process';
import { replayTyping } from './typing';
import { milliseconds as GAPS } from './typing-gaps.json';

const USERS = [1, 8, 32, 128];
/** Of a completion, as editors ask for it. */
const MOST_TOKENS = 64;

interface LoadOptions {
  readonly users?: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  readonly kind: 'saturation' | 'typing' | 'both';
  readonly rough?: number;
  readonly kills: number;
  readonly atOnce: number;
  readonly seed: number;
  readonly model?: string;
  readonly provider: string;
  readonly json?: true;
}

/** The servers that are compared: what they are called, and what their command lines have more. */
const SERVERS: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  'in turn': ['--running', '1'],
};

function program(signal: AbortSignal): Command {
  return addModelOptions(
    new Command('npm run load --')
      .description('Measure a server under the load of several users, with shared steps and without.')
      .exitOverride(),
  )
    .option('--users <counts...>', 'how many ask at once, in turn (default: 1 8 32 128)', collectCounts)
    .option('--seconds <count>', 'that each measurement takes, after its warm-up', countFrom(1), 30)
    .option('--rounds <count>', 'of each measurement, the servers in turn', countFrom(1), 1)
    .option('--kind <name>', 'saturation, typing or both', 'both')
    .option('--json', 'print one JSON object instead of a table')
    .option(
      '--rough <count>',
      'instead: so many requests, many of them aborted, slow, wrong or too large',
      countFrom(1),
    )
    .option('--kills <count>', 'with --rough: engine processes that are killed meanwhile', countFrom(0), 10)
    .option('--at-once <count>', 'with --rough: clients', countFrom(1), 24)
    .option('--seed <number>', 'with --rough: same seed, same requests', countFrom(0), 1)
    .action((options: LoadOptions) =>
      options.rough === undefined
        ? measure({ ...options, users: options.users ?? USERS }, signal)
        : beRough(options, options.rough),
    );
}

async function measure(
  options: LoadOptions & { readonly users: readonly number[] },
  signal: AbortSignal,
): Promise<void> {
  const placeAt = findPlaces(projectRoot());
  let placesUsed = 0;
  const servers = await Promise.all(
    Object.entries(SERVERS).map(async ([name, own]) => ({
      name,
      server: await start([...own, ...common(options)]),
    })),
  );
  const body = (user: number): object => {
    const { prefix, suffix } = placeAt(placesUsed++);
    return { prompt: prefix, suffix, max_tokens: MOST_TOKENS, user: String(user) };
  };
  const rows: LoadRow[] = [];
  const kinds = (['saturation', 'typing'] as const).filter((what) => [what, 'both'].includes(options.kind));
  const { seconds, rounds } = options;
  const place = (): CutLine => placeAt(placesUsed++);
  try {
    for (const users of options.users) {
      for (const what of kinds) {
        const demands = new Map<string, Demand[]>(servers.map(({ name }) => [name, []]));
        for (let round = 0; round < rounds; round++) {
          for (const { name, server } of round % 2 === 0 ? servers : servers.toReversed()) {
            signal.throwIfAborted();
            process.stderr.write(`${what}, ${users} users, ${name}…\n`);
            const url = await server.url();
            const demand =
              what === 'saturation'
                ? await saturate(url, { users, seconds, body })
                : await replayTyping(url, { users, seconds, gaps: GAPS, place });
            demands.get(name)!.push(demand);
          }
        }
        for (const [server, measured] of demands)
          rows.push({ what, users, server, demand: joined(measured) });
      }
    }
  } finally {
    await Promise.all(
      servers.map(async ({ server }) => {
        server.kill('SIGTERM');
        await server.exitCode();
      }),
    );
  }
  const machine = describeMachine();
  if (options.json) {
    const all = rows.map((row) => ({
      what: row.what,
      users: row.users,
      server: row.server,
      ...figures(row),
    }));
    process.stdout.write(`${JSON.stringify({ machine, rows: all }, undefined, 1)}\n`);
    return;
  }
  const { cpu, cores, load } = machine;
  process.stdout.write(`${cpu}, ${cores} cores, load ${load.toFixed(1)}\n\n${loadTable(rows)}\n`);
}

const MEGABYTE = 2 ** 20;

async function beRough(options: LoadOptions, requests: number): Promise<void> {
  const server = await start(common(options));
  const enginePid = (): number | undefined => childrenOf(server.pid)[0];
  let killed = 0;
  const { atOnce, seed, kills } = options;
  const { outcomes, faults } = await treatRoughly(await server.url(), {
    requests,
    atOnce,
    seed,
    kills,
    killEngine: () => {
      const pid = enginePid();
      if (pid === undefined) return;
      process.kill(pid, 'SIGKILL');
      killed++;
    },
    onSample: ({ requests: number, serverBytes, engineBytes }) => {
      const [server, engine] = [serverBytes, engineBytes].map((bytes) => (bytes / MEGABYTE).toFixed(0));
      process.stdout.write(`${number} requests: server ${server} MB, engine ${engine} MB\n`);
    },
  });
  const last = enginePid();
  server.kill('SIGTERM');
  const exitCode = await server.exitCode();
  const left = [...faults];
  if (exitCode !== 0) left.push(`the server ended with ${exitCode}`);
  if (last !== undefined && isThere(last)) left.push('the engine process is still there');
  for (const [manner, counts] of outcomes) {
    const ends = [...counts].map(([outcome, count]) => `${outcome} ×${count}`).sort();
    process.stdout.write(`${manner}: ${ends.join(', ')}\n`);
  }
  process.stdout.write(`${killed} engine processes killed. Faults: ${left.length}.\n`);
  for (const fault of left.slice(0, MOST_SHOWN)) process.stdout.write(`  ${fault}\n`);
  if (left.length > 0) throw new CliError(`${left.length} faults`);
}

const MOST_SHOWN = 20;

function childrenOf(parent: number): number[] {
  const processes = execFileSync('ps', ['-A', '-o', 'ppid=,pid='], { encoding: 'utf8' });
  return processes
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([of, pid]) => (of === parent && pid !== undefined ? [pid] : []));
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function common({ model, provider }: LoadOptions): string[] {
  const named = model === undefined ? [] : ['--model', model];
  return ['--port', '0', '--no-log', '--queue', '1024', '--provider', provider, ...named];
}

/** A server that has loaded its model. */
async function start(args: readonly string[]): Promise<ServeProcess> {
  const server = new ServeProcess(args);
  atExit(() => server.kill('SIGKILL'));
  await server.says(/is ready/);
  return server;
}

void exitCodeOf((signal) => program(signal).parseAsync(process.argv)).then((exitCode) =>
  process.exit(exitCode),
);
