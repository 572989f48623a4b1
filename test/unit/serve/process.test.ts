import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from '../../../scripts/tiny-bundle/tiny-bundle';
import { metric } from '../../support/serve/metrics';
import { MODEL_ID, serverForTests, sharedEngine } from '../../support/serve/real-server';
import { ServeProcess } from '../../../scripts/load/serve-process';
import { eventsOf, send } from '../../support/serve/send';

/** Takes a while: one prompt after the other. */
const STREAM = {
  prompt: Array.from({ length: 8 }, (_, i) => `list_${i} = [`),
  suffix: ']\n',
  max_tokens: 24,
  stream: true,
};

/** A request whose answer has begun to come. */
async function begun(url: string, body: object): Promise<http.IncomingMessage> {
  const request = http.request(url, { method: 'POST', headers: { 'content-type': 'application/json' } });
  request.end(JSON.stringify(body));
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  return answer;
}

describe('npm run serve', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  it('answers 503 while it loads, then fills; at SIGTERM it finishes what runs and refuses the rest', async () => {
    const server = new ServeProcess(['--port', '0', '--provider', 'cpu']);
    const url = await server.url();
    for (const path of ['/health', '/v1/health', '/v1/models', '/v1/fill', `/v2/models/${MODEL_ID}/ready`]) {
      const { status, headers } = await send(url + path);
      assert.deepEqual([status, headers['retry-after']], [503, '2'], path);
    }
    const health = await send(`${url}/health`);
    assert.deepEqual(health.json, {
      error: { code: 503, message: 'Loading model', type: 'unavailable_error' },
    });
    for (const [path, body] of [
      ['/infill', { input_prefix: 'a', input_suffix: 'b' }],
      ['/v1/completions', { prompt: 'a' }],
      ['/v1/fim/completions', { prompt: 'a' }],
      ['/v1/fill', { prefix: 'a', suffix: 'b' }],
    ] as const) {
      assert.equal((await send(url + path, { body })).status, 503, path);
    }
    assert.equal((await send(`${url}/v2/health/live`)).status, 200);
    assert.equal((await send(`${url}/v2/health/ready`)).status, 503);

    await server.says(/is ready/);
    assert.deepEqual((await send(`${url}/v2/health/ready`)).json, { ready: true });
    const answer = await begun(`${url}/v1/completions`, STREAM);
    server.kill('SIGTERM');
    for (;;) {
      const ready = await send(`${url}/v2/health/ready`);
      if (ready.status === 200) continue;
      assert.deepEqual([ready.status, ready.headers.connection], [503, 'close']);
      break;
    }
    const refused = await send(`${url}/infill`, { body: { input_prefix: 'a', input_suffix: 'b' } });
    assert.deepEqual([refused.status, refused.headers.connection], [503, 'close']);
    assert.deepEqual((await send(`${url}/v2/health/live`)).json, { live: true });
    assert.match(await text(answer), /"finish_reason":"(stop|length)"[^]*data: \[DONE\]\n\n$/);
    assert.equal(await server.exitCode(), 0);
    assert.doesNotMatch(server.stderr, /list_|input_prefix/);
  });

  it('waits for what it has begun to take in, and ends at once at a second SIGTERM', async () => {
    const server = new ServeProcess(['--port', '0', '--provider', 'cpu']);
    const url = await server.url();
    const half = http.request(`${url}/infill`, { method: 'POST', headers: { 'content-length': '100' } });
    half.on('error', () => undefined).write('{');
    while ((await metric(url, 'llada_http_requests_open')) < 2)
      await new Promise((next) => setTimeout(next, 10));
    server.kill('SIGTERM');
    while ((await send(`${url}/v2/health/ready`)).headers.connection !== 'close') continue;
    server.kill('SIGTERM');
    assert.equal(await server.exitCode(), 143);
  });

  it('does not listen beyond this machine without a token, nor with a file that has none', async () => {
    const open = new ServeProcess(['--host', '0.0.0.0', '--port', '0']);
    assert.equal(await open.exitCode(), 2);
    assert.match(open.stderr, /--token-file/);
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n# none yet\n');
    for (const [file, why] of [
      [empty, /There is no token in/],
      [join(folder, 'missing'), /cannot be read/],
    ] as const) {
      const server = new ServeProcess(['--host', '0.0.0.0', '--port', '0', '--token-file', file]);
      assert.equal(await server.exitCode(), 1);
      assert.match(server.stderr, why);
    }
  });

  it('says what is wrong with a port or a model, and ends', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = new ServeProcess(['--port', String((other.address() as AddressInfo).port)]);
    assert.equal(await taken.exitCode(), 1);
    assert.match(taken.stderr, /is in use\. Choose another with --port/);
    other.close();
    const lost = new ServeProcess(['--port', '0', '--model', join(folder, 'nothing')]);
    assert.equal(await lost.exitCode(), 1);
    assert.match(lost.stderr, /error: /);
  });
});

describe('an engine process that is killed', function () {
  this.timeout(60_000);
  const server = serverForTests();

  it('is an error in each protocol’s shape, also within a stream, and is started again', async () => {
    const open = await begun(`${server.url}/v1/completions`, STREAM);
    const inputs = [{ name: 'prefix', shape: [1], datatype: 'BYTES', data: ['a'] }];
    const waiting = [
      send(`${server.url}/infill`, { body: { input_prefix: 'a', input_suffix: 'b' } }),
      send(`${server.url}/v1/fill`, {
        body: { prefix: 'a', suffix: 'b', holes: [{ tokens: 90 }], threshold: 0 },
      }),
      send(`${server.url}/v2/models/${MODEL_ID}/infer`, { body: { inputs } }),
    ];
    const { pid } = await (await sharedEngine()).stats();
    process.kill(pid, 'SIGKILL');
    const all = await text(open);
    const last = eventsOf({ text: all }).at(-1)!;
    assert.deepEqual(Object.keys(last.error), ['message', 'type', 'param', 'code']);
    assert.equal(last.error.code, 'engine_crashed');
    assert.doesNotMatch(all, /\[DONE\]/);
    for (const { status, headers } of await Promise.all(waiting)) {
      assert.ok([200, 503].includes(status));
      if (status === 503) assert.equal(headers['retry-after'], '1');
    }
    const again = await send(`${server.url}/v1/completions`, { body: { prompt: 'a = ', max_tokens: 2 } });
    assert.equal(again.status, 200);
  });
});
