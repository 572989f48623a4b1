import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { MOST_TOGETHER, type Engine } from '../engine/index';
import { loadEngine } from '../engine/node';
import { CliError, UsageError } from '../cli/command-line/failures';
import type { EngineOptions } from '../cli/command-line/options';
import { bundleFolder, projectRoot } from '../cli/command-line/session';
import { makeApp } from './app';
import { isLoopback } from './http/guard';
import { PLACES_ON_WEBGPU, USUAL_LIMITS, USUAL_PLACES } from './limits';
import { mostRunning } from './fills/fair-queue';
import { Serving } from './serving';

/** The command line's options. */
export interface ServeOptions extends Pick<EngineOptions, 'model' | 'provider'> {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly tokenFile?: string;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly modelName?: string;
  readonly threads?: number;
  readonly maxTokens: number;
  readonly running?: number;
  /** Contexts that are kept for clients that type. */
  readonly kept: number;
  readonly queue: number;
  /** Seconds that a fill may take. */
  readonly timeLimit: number;
  /** Seconds that what runs is given when the server is to end. */
  readonly grace: number;
  /** False: requests are not logged. */
  readonly log: boolean;
}

/** How often it is looked whether anything runs. */
const POLL_MS = 20;

/** Serves fills until it is told to end; then what runs is finished. */
export async function serveFills(options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { host, port, provider } = options;
  const loopback = isLoopback(host);
  const tokens = await readTokens(options);
  if (!loopback && tokens.length === 0) {
    throw new UsageError(
      `On ${host} other machines can reach this server, so it needs --token-file FILE with a secret that clients send. Without one it listens on 127.0.0.1 only.`,
    );
  }
  const folder = bundleFolder(options);
  const serving = new Serving(limitsOf(options), version(), options.modelName);
  const access = { loopback, tokens, hosts: options.allowHost ?? [], origins: options.allowOrigin ?? [] };
  const app = await makeApp(serving, access, options.log ? { stream: process.stderr } : false);
  const address = await listen(app, host, port);
  process.stderr.write(`Listening on ${address}. Loading the model…\n`);
  const told = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const loading = loadEngine(folder, {
    provider,
    together: options.running
      ? Math.min(options.running, MOST_TOGETHER)
      : { webgpu: mostRunning(PLACES_ON_WEBGPU), others: mostRunning(USUAL_PLACES) },
    keptContexts: options.kept,
    ...(options.threads ? { threads: options.threads } : {}),
  });
  let engine: Engine | undefined;
  try {
    engine = await Promise.race([loading, told]);
    if (engine) {
      serving.engine = engine;
      const { bundle, precision, provider: used } = engine.info;
      process.stderr.write(`${bundle} (${precision}) on ${used} is ready. Ctrl-C ends it.\n`);
      await told;
    }
    serving.draining = true;
    await finish(serving, options.grace * 1000);
  } finally {
    await app.close();
    await engine?.dispose();
  }
}

function limitsOf({ maxTokens, running, queue, timeLimit }: ServeOptions): Serving['limits'] {
  return { ...USUAL_LIMITS, tokens: maxTokens, running, waiting: queue, fillMs: timeLimit * 1000 };
}

/** One a line; blank lines and those that begin with # are none. */
async function readTokens({ tokenFile }: ServeOptions): Promise<string[]> {
  if (tokenFile === undefined) return [];
  const text = await readFile(tokenFile, 'utf8').catch((error: unknown) => {
    throw new CliError(`The token file cannot be read: ${(error as Error).message}`);
  });
  const tokens = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (tokens.length === 0)
    throw new CliError(
      `There is no token in ${tokenFile}. Write one into it, at least 32 random characters.`,
    );
  if (tokens.some((token) => !/^[!-~]+$/.test(token)))
    throw new CliError(
      `A token in ${tokenFile} has other characters than a header may hold. Write one token of plain letters and digits a line.`,
    );
  return tokens;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new CliError(`Port ${port} on ${host} is in use. Choose another with --port.`);
    throw new CliError(`The server cannot listen on ${host}, port ${port}: ${message}`);
  }
}

/** Resolves when nothing runs or waits any more, or the time is over. */
async function finish(serving: Serving, mostMs: number): Promise<void> {
  const until = performance.now() + mostMs;
  while (serving.open > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function version(): string {
  return (JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as { version: string })
    .version;
}
