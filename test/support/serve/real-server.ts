import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Engine } from '../../../src/engine/index';
import { EngineClient } from '../../../src/engine/process/client';
import { inChildProcess } from '../../../src/engine/process/child-process';
import { makeApp } from '../../../src/serve/app';
import type { Access } from '../../../src/serve/http/guard';
import { USUAL_LIMITS, type Limits } from '../../../src/serve/limits';
import { Serving } from '../../../src/serve/serving';
import { HOST } from '../engine/real-engine';

/** The bundled model as CPUs run it. */
export const MODEL = path.resolve('dist/models/llada-base-int8');
export const MODEL_ID = 'llada-base';

/** Fills whose steps share forwards: enough for tests. */
const TOGETHER = 4;

/** One engine for the servers of all test files; loading takes longer than most tests. */
let engine: Promise<EngineClient> | undefined;

export function sharedEngine(): Promise<EngineClient> {
  engine ??= EngineClient.start(inChildProcess(HOST, MODEL), {
    provider: 'cpu',
    // Two wait for each other by spinning, which takes as much of a processor again.
    threads: 1,
    together: TOGETHER,
    keptContexts: 4,
  });
  return engine;
}

after(async () => {
  await (await engine)?.dispose();
});

/** A server within this process, on a port of its own, with the real engine. */
export interface RealServer {
  readonly url: string;
  readonly serving: Serving;
  readonly app: FastifyInstance;
}

/** How a test's server differs from one that was started without options. */
export interface ServerSetUp {
  readonly limits?: Partial<Limits>;
  readonly access?: Partial<Access>;
  /** Another one than the bundled model. */
  readonly engine?: Engine;
  /** False: the model is still being loaded. */
  readonly loaded?: boolean;
  /** Takes its log. */
  readonly log?: { write(line: string): void };
}

export async function startServer({
  limits = {},
  access = {},
  engine: own,
  loaded = true,
  log,
}: ServerSetUp = {}): Promise<RealServer> {
  const serving = new Serving({ ...USUAL_LIMITS, ...limits }, '1.2.3');
  if (loaded) serving.engine = own ?? (await sharedEngine());
  const whole = { loopback: true, tokens: [], hosts: [], origins: [], ...access };
  const app = await makeApp(serving, whole, log ? { stream: log } : false);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, serving, app };
}

/** A server for the tests of a `describe`. */
export function serverForTests(setUp: ServerSetUp = {}): RealServer {
  let server: RealServer | undefined;
  before(async function () {
    this.timeout(60_000);
    server = await startServer(setUp);
  });
  after(async () => {
    await server?.app.close();
  });
  return {
    get url() {
      return server!.url;
    },
    get serving() {
      return server!.serving;
    },
    get app() {
      return server!.app;
    },
  };
}
