import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder, writeTinyBundle } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { ServerEngine, ServerGone } from '../../../../../src/editor/engine/server/server-engine';
import { ServerFirst } from '../../../../../src/editor/engine/server/server-first';
import { EngineError, type Engine, type Step } from '../../../../../src/engine/index';
import { withEngine } from '../../../../support/engine/real-engine';
import { serverForTests, sharedEngine, startServer } from '../../../../support/serve/real-server';

const HOLES = {
  path: 'src/a.ts',
  prefix: 'let a = ',
  between: [';\nlet b = '],
  suffix: ';\n',
  maxTokens: 8,
  alternatives: 2,
};
const TOKEN = 'what-the-team-shares';

async function stepsOf(steps: AsyncIterable<Step>): Promise<Step[]> {
  const all: Step[] = [];
  for await (const step of steps) all.push(step);
  return all;
}

function content({ holes, texts, t, index }: Step): object {
  return { holes, texts, t, index };
}

/** Nothing listens there any more. */
async function nowhere(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `http://127.0.0.1:${port}`;
}

describe('a team’s server as an engine', function () {
  this.timeout(60_000);
  const server = serverForTests({ access: { tokens: [TOKEN] } });
  const connect = (): Promise<ServerEngine> => ServerEngine.connect({ url: `${server.url}/`, token: TOKEN });

  it('gives every step, score, token and likelihood that the engine itself gives', async () => {
    const local = await sharedEngine();
    const remote = await connect();
    assert.equal(remote.info.bundle, local.info.bundle);
    assert.equal(remote.info.bundleFolder, `${server.url}/`);
    assert.ok(remote.roundTripMs > 0);
    const expected = JSON.parse(JSON.stringify((await stepsOf(local.fill(HOLES))).map(content))) as object[];
    assert.deepEqual((await stepsOf(remote.fill(HOLES))).map(content), expected);
    const judged = { prefix: 'a = ', text: 'b + c', suffix: ';', alternatives: 2 };
    assert.deepEqual((await remote.score(judged)).tokens, (await local.score(judged)).tokens);
    assert.deepEqual(await remote.tokenize('größe = 1'), await local.tokenize('größe = 1'));
    const likely = { prefix: 'a = ', middles: ['1'], suffix: '\n', draws: 2 };
    assert.equal((await remote.likelihood(likely)).bits, (await local.likelihood(likely)).bits);
    const generated = await stepsOf(remote.generate({ tokens: 4, steps: 2 }));
    assert.equal(generated.at(-1)!.holes[0]!.length, 4);
  });

  it('has further candidates begun there by patience, where the bundle tells chances', async () => {
    const patient = { ...HOLES, candidates: 4, patience: { times: 1000, ms: 60_000 } };
    const folder = temporaryFolder();
    await writeTinyBundle(folder, 'f32');
    await withEngine(folder, async (engine) => {
      const { url, app } = await startServer({ engine });
      const remote = await ServerEngine.connect({ url, token: undefined });
      assert.equal((await stepsOf(remote.fill(patient))).at(-1)!.candidates, undefined);
      await app.close();
    });
    const config = join(folder, 'config.json');
    const unlikely = { intercept: -9, weights: {} };
    const chooser = { drawn: unlikely, looked: unlikely, among: unlikely };
    writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), chooser }));
    await withEngine(folder, async (engine) => {
      const { url, app } = await startServer({ engine });
      const remote = await ServerEngine.connect({ url, token: undefined });
      assert.deepEqual(remote.info.chooser, chooser);
      const [last, local] = [await stepsOf(remote.fill(patient)), await stepsOf(engine.fill(patient))].map(
        (steps) => steps.at(-1)!,
      );
      assert.ok(last!.candidates!.length > 1);
      assert.deepEqual(
        last!.candidates!.map(({ texts }) => texts),
        local!.candidates!.map(({ texts }) => texts),
      );
      await app.close();
    });
  });

  it('cancels, by a signal and by a newer request in the lane', async () => {
    const remote = await connect();
    const long = { prefix: 'a', suffix: 'b', holes: [{ tokens: 90 }], threshold: 0 };
    const isCancelled = (error: unknown): boolean =>
      error instanceof EngineError && error.code === 'cancelled';
    const abort = new AbortController();
    await assert.rejects(async () => {
      for await (const step of remote.fill(long, { signal: abort.signal }))
        if (step.index === 2) abort.abort();
    }, isCancelled);
    const first = stepsOf(remote.fill(long, { lane: 'typing' }));
    first.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const [superseded, newer] = await Promise.allSettled([
      first,
      stepsOf(remote.fill(HOLES, { lane: 'typing' })),
    ]);
    assert.ok(superseded.status === 'rejected' && isCancelled(superseded.reason));
    assert.equal(newer.status, 'fulfilled');
  });

  it('has contexts kept by the server, each window its own, until they are forgotten', async () => {
    const [remote, other] = [await connect(), await connect()];
    const request = { prefix: 'const total = ', suffix: ';\n', maxTokens: 2, keptContext: 'file:///a.ts' };
    const read = async (engine: ServerEngine): Promise<number> => {
      // Only where nothing else is to be done.
      while (!server.serving.runner.idle) await new Promise((resolve) => setTimeout(resolve, 5));
      return (await engine.readContext(request)).forwards;
    };
    await stepsOf(remote.fill(request));
    assert.equal(await read(remote), 0);
    assert.equal(await read(other), 1);
    await remote.forgetContext('file:///b.ts');
    assert.equal(await read(remote), 0);
    await remote.forgetContext('file:///a.ts');
    assert.equal(await read(remote), 1);
  });

  it('says what is wrong with a request as the engine does', async () => {
    const remote = await connect();
    await assert.rejects(
      stepsOf(remote.fill({ ...HOLES, threshold: 7 })),
      (error) =>
        error instanceof EngineError && error.code === 'bad-request' && error.message.includes('threshold'),
    );
    await assert.rejects(
      stepsOf(remote.fill({ ...HOLES, maxTokens: 511 })),
      (error) => error instanceof EngineError && error.code === 'region-too-large',
    );
  });

  it('is gone where nothing answers, where something else does, and where the token is wrong', async () => {
    await assert.rejects(ServerEngine.connect({ url: await nowhere(), token: undefined }), ServerGone);
    await assert.rejects(
      ServerEngine.connect({ url: server.url, token: 'wrong' }),
      /token is missing or wrong/,
    );
    const other = createServer((_request, response) => response.end('<html></html>')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await assert.rejects(ServerEngine.connect({ url, token: undefined }), /no server of LLaDA/);
    other.close();
  });
});

describe('a team’s server first, the model of this machine else', function () {
  this.timeout(60_000);
  const told: string[] = [];
  let loaded = 0;
  const local = async (): Promise<Engine> => {
    loaded++;
    return sharedEngine();
  };
  const start = (url: string): Promise<ServerFirst> =>
    ServerFirst.start(
      { url, token: undefined },
      { local, onLost: (why) => told.push(why), onBack: () => undefined },
    );

  beforeEach(() => {
    told.length = 0;
    loaded = 0;
  });

  it('loads no model as long as the server answers', async () => {
    const { url, app } = await startServer();
    const engine = await start(url);
    await stepsOf(engine.fill(HOLES));
    assert.equal(engine.server?.url, url);
    assert.equal(engine.info.bundleFolder, url);
    assert.deepEqual([loaded, told], [0, []]);
    await app.close();
  });

  it('goes on here when the server goes, in the midst of a fill too, and says so once', async () => {
    const { url, app } = await startServer();
    const engine = await start(url);
    const texts: string[] = [];
    let closing: Promise<void> | undefined;
    for await (const step of engine.fill({
      prefix: 'a',
      suffix: 'b',
      holes: [{ tokens: 24 }],
      threshold: 0,
    })) {
      if (step.index === 2) closing ??= app.close();
      if (step.done) texts.push(...step.texts);
    }
    await closing;
    assert.equal(texts.length, 1);
    assert.equal(engine.server, undefined);
    assert.ok((await stepsOf(engine.fill(HOLES))).at(-1)!.done);
    assert.equal((await engine.tokenize('a b')).length, 2);
    assert.deepEqual([loaded, told.length], [1, 1]);
  });

  it('begins here when there is no server at all', async () => {
    const engine = await start(await nowhere());
    assert.equal(engine.server, undefined);
    assert.ok((await stepsOf(engine.fill(HOLES))).at(-1)!.done);
    assert.deepEqual([loaded, told.length], [1, 1]);
  });

  it('says what is wrong with an address', async () => {
    for (const url of ['llada.example.org', 'ftp://llada.example.org', 'file:///etc']) {
      await assert.rejects(
        start(url),
        (error) => error instanceof EngineError && /llada\.server\.url/.test(error.message),
      );
    }
  });
});
