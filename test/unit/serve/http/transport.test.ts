import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { metric, settled } from '../../../support/serve/metrics';
import { serverForTests } from '../../../support/serve/real-server';
import { errorText, received, send, sendAndLeave } from '../../../support/serve/send';

const HOLE = { input_prefix: 'ids = [', input_suffix: ']\n', n_predict: 2 };
const LONG = { ...HOLE, n_predict: 128, stop: [] };

describe('requests as they come', function () {
  this.timeout(60_000);
  const log: string[] = [];
  const server = serverForTests({ limits: { bodyBytes: 100_000 }, log: { write: (line) => log.push(line) } });
  const infill = (body: unknown, headers = {}): ReturnType<typeof send> =>
    send(`${server.url}/infill`, { body, headers });

  it('are JSON whatever their type says, in UTF-8', async () => {
    for (const type of [
      'Application/JSON;charset=UTF-8',
      'text/plain',
      'application/x-www-form-urlencoded',
      '',
    ]) {
      assert.equal((await infill(HOLE, { 'content-type': type })).status, 200, type);
    }
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(HOLE))]);
    assert.equal((await infill(marked)).status, 200);
    const odd = { ...HOLE, input_prefix: 'a\u0000\uD83D = "\u2028[MASK]<|endoftext|>' };
    assert.equal((await infill(odd)).status, 200);
  });

  it('are refused where they are no JSON object, with nothing of their text in answer or log', async () => {
    const secret = 'hunter2-in-a-request';
    const deep = '['.repeat(20_000);
    for (const body of [
      `{"input_prefix": "${secret}", `,
      `"${secret}"`,
      `["${secret}"]`,
      'null',
      deep,
      deep + ']'.repeat(20_000),
      Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]),
      '{"input_prefix": NaN}',
    ]) {
      const { status, headers, text: answer } = await infill(body);
      assert.equal(status, 400);
      assert.match(headers['content-type']!, /^application\/json/);
      assert.ok(!answer.includes(secret));
    }
    const typed = { ...HOLE, n_predict: secret };
    assert.ok(!(await infill(typed)).text.includes(secret));
    assert.equal(
      (await send(`${server.url}/infill?prompt=${secret}`, { body: { ...HOLE, input_prefix: secret } }))
        .status,
      200,
    );
    assert.ok(log.length > 0 && log.every((line) => !line.includes(secret)));
  });

  it('may be compressed, within the limit of what they unpack to', async () => {
    const bytes = Buffer.from(JSON.stringify(HOLE));
    for (const [encoding, packed] of [
      ['gzip', gzipSync(bytes)],
      ['deflate', deflateSync(bytes)],
      ['br', brotliCompressSync(bytes)],
      ['identity', bytes],
    ] as const) {
      assert.equal((await infill(packed, { 'content-encoding': encoding })).status, 200, encoding);
    }
    const bomb = gzipSync(JSON.stringify({ ...HOLE, input_prefix: 'a'.repeat(1_000_000) }));
    assert.equal((await infill(bomb, { 'content-encoding': 'gzip' })).status, 413);
    assert.equal((await infill('no gzip', { 'content-encoding': 'gzip' })).status, 400);
    assert.equal((await infill(bytes, { 'content-encoding': 'zip' })).status, 415);
    assert.equal((await infill(HOLE)).status, 200);
  });

  it('get compressed answers if they take them, streams aside', async () => {
    const accept = { 'accept-encoding': 'gzip' };
    const { headers, bytes } = await send(`${server.url}/metrics`, { headers: accept });
    assert.equal(headers['content-encoding'], 'gzip');
    assert.match(gunzipSync(bytes).toString(), /llada_fills_total/);
    const stream = await infill({ ...HOLE, stream: true }, accept);
    assert.equal(stream.headers['content-encoding'], undefined);
    assert.equal(stream.headers['x-accel-buffering'], 'no');
    assert.equal(stream.headers['cache-control'], 'no-cache');
  });

  it('may not be larger than the limit, said or not', async () => {
    const { status, json } = await infill({ ...HOLE, input_prefix: 'a'.repeat(200_000) });
    assert.deepEqual([status, json.error.code], [413, 413]);
    const request = http.request(`${server.url}/v2/models/x/infer`, {
      method: 'POST',
      headers: { 'transfer-encoding': 'chunked' },
    });
    request.on('error', () => undefined);
    request.end(JSON.stringify({ inputs: 'a'.repeat(200_000) }));
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    const chunked = await received(answer);
    assert.deepEqual([chunked.status, typeof errorText(chunked)], [413, 'string']);
  });

  it('may ask before they send', async () => {
    const body = JSON.stringify(HOLE);
    const request = http.request(`${server.url}/infill`, {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': Buffer.byteLength(body) },
    });
    request.flushHeaders();
    await once(request, 'continue');
    request.end(body);
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    assert.equal((await received(answer)).status, 200);
    const large = await send(`${server.url}/infill`, {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': '200000' },
    });
    assert.equal(large.status, 413);
  });

  it('come in pieces, cut within a character', async () => {
    const bytes = Buffer.from(JSON.stringify({ ...HOLE, input_prefix: '# 日本語\nx = ' }));
    const request = http.request(`${server.url}/infill`, {
      method: 'POST',
      headers: { 'content-length': bytes.length },
    });
    for (const byte of bytes) {
      request.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    request.end();
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    assert.equal((await received(answer)).status, 200);
  });

  it('share a connection, errors among them', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number>();
    for (const body of ['{', JSON.stringify(HOLE), '{}', JSON.stringify(HOLE)]) {
      const request = http.request(`${server.url}/infill`, { method: 'POST', agent });
      request.end(body);
      const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
      ports.add(request.socket!.localPort!);
      await received(answer);
    }
    agent.destroy();
    assert.equal(ports.size, 1);
  });

  it('are answered in each protocol’s shape where there is nothing, or another method', async () => {
    const nothing = await send(`${server.url}/nothing`, { body: {} });
    assert.deepEqual([nothing.status, nothing.json.error.code], [404, 404]);
    const openAi = await send(`${server.url}/v1/nothing`, { body: {} });
    assert.deepEqual(
      [openAi.status, Object.keys(openAi.json.error)],
      [404, ['message', 'type', 'param', 'code']],
    );
    const inference = await send(`${server.url}/v2/nothing`, { body: {} });
    assert.deepEqual([inference.status, typeof errorText(inference)], [404, 'string']);
    assert.equal((await send(`${server.url}/v1/%zz`)).status, 400);
    for (const [path, allow] of [
      ['/infill', 'POST, OPTIONS'],
      ['/v1/completions', 'POST, OPTIONS'],
      ['/v1/models', 'GET, HEAD, OPTIONS'],
      ['/v1/fill', 'GET, HEAD, POST, OPTIONS'],
      ['/v2/models/a/infer', 'POST, OPTIONS'],
    ] as const) {
      const wrong = await send(server.url + path, { method: 'DELETE' });
      assert.deepEqual([wrong.status, wrong.headers.allow], [405, allow], path);
      const asked = await send(server.url + path, { method: 'OPTIONS' });
      assert.deepEqual([asked.status, asked.headers.allow], [204, allow], path);
    }
    assert.equal((await infill(HOLE)).status, 200);
    assert.equal((await send(`${server.url}/infill/`, { body: HOLE })).status, 200);
    assert.equal((await send(`${server.url}//v1//models/`)).status, 200);
  });

  it('are told from what is no HTTP', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.end('hello\r\n\r\n');
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 400 .*"type":"invalid_request_error"/s);
  });

  it('end when their client goes away, streamed or not, filling or waiting', async () => {
    const cancelled = (): Promise<number> => metric(server.url, 'llada_fills_total', 'outcome="gone"');
    const before = await cancelled();
    await Promise.all([
      ...[1, 2, 3].map(() => sendAndLeave(`${server.url}/infill`, LONG, 60)),
      sendAndLeave(`${server.url}/infill`, { ...LONG, stream: true }, 60),
      sendAndLeave(
        `${server.url}/v1/fill`,
        { prefix: 'a', suffix: 'b', holes: [{ tokens: 100 }], threshold: 0, stream: true },
        60,
      ),
    ]);
    await settled(server.url);
    assert.ok((await cancelled()) > before);
    assert.equal((await infill(HOLE)).status, 200);
  });
});
