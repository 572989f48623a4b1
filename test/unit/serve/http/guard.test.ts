import assert from 'node:assert/strict';
import { isLoopback } from '../../../../src/serve/http/guard';
import { MODEL_ID, serverForTests } from '../../../support/serve/real-server';
import { metric } from '../../../support/serve/metrics';
import { errorText, send } from '../../../support/serve/send';

const HOLE = { input_prefix: 'a = ', input_suffix: '\n', n_predict: 1 };
const TOKEN = 'a-token-of-a-team-and-no-user';

describe('who may ask', function () {
  this.timeout(60_000);

  describe('on loopback, without a token', () => {
    const server = serverForTests({ access: { origins: ['https://ide.example.org'] } });
    const infill = (headers: Record<string, string>, body: unknown = HOLE): ReturnType<typeof send> =>
      send(`${server.url}/infill`, { headers, body });

    it('is every program of this machine, with any Authorization', async () => {
      for (const authorization of ['', 'Bearer ', 'Bearer undefined', 'Basic YTpi']) {
        assert.equal((await infill({ authorization })).status, 200);
      }
      const { port } = new URL(server.url);
      for (const host of [`localhost:${port}`, '127.0.0.1', `[::1]:${port}`, '127.9.9.9:80']) {
        assert.equal((await send(`${server.url}/v1/models`, { headers: { host } })).status, 200, host);
      }
    });

    it('is no foreign web page, whatever it sends', async () => {
      const before = await metric(server.url, 'llada_fills_total');
      for (const origin of ['https://evil.example', 'null', 'http://localhost:3000', 'file://']) {
        for (const type of ['application/json', 'text/plain']) {
          const { status, headers, json } = await infill({ origin, 'content-type': type });
          assert.deepEqual([status, json.error.code], [403, 403], origin);
          assert.equal(headers['access-control-allow-origin'], undefined);
        }
      }
      assert.equal((await infill({ 'sec-fetch-site': 'cross-site' })).status, 403);
      assert.equal(await metric(server.url, 'llada_fills_total'), before);
      assert.equal(await metric(server.url, 'llada_refusals_total', 'reason="origin"'), 9);
    });

    it('is no page under a name that points here', async () => {
      for (const path of ['/v1/models', '/health', '/v2/health/ready', '/metrics', '/nothing']) {
        const { status } = await send(server.url + path, { headers: { host: 'rebound.example:8123' } });
        assert.equal(status, 403, path);
      }
    });

    it('is a page that was allowed, after asking first', async () => {
      const origin = 'https://ide.example.org';
      const ask = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      };
      const preflight = await send(`${server.url}/v1/completions`, { method: 'OPTIONS', headers: ask });
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers['access-control-allow-origin'], origin);
      assert.match(preflight.headers['access-control-allow-headers']!, /authorization.*content-type/);
      const { status, headers } = await infill({ origin });
      assert.deepEqual([status, headers['access-control-allow-origin']], [200, origin]);
      const foreign = await send(`${server.url}/v1/completions`, {
        method: 'OPTIONS',
        headers: { ...ask, origin: 'https://evil.example' },
      });
      assert.deepEqual([foreign.status, foreign.headers['access-control-allow-origin']], [403, undefined]);
    });
  });

  describe('elsewhere, with a token', () => {
    const server = serverForTests({
      access: { loopback: false, tokens: ['old-token-of-the-team', TOKEN], hosts: ['llada.example.org'] },
    });
    const host = 'llada.example.org:8123';
    const models = (headers: Record<string, string>): ReturnType<typeof send> =>
      send(`${server.url}/v1/models`, { headers: { host, ...headers } });

    it('is who has one of them, however it is written', async () => {
      for (const authorization of [
        `Bearer ${TOKEN}`,
        `bearer  ${TOKEN}`,
        `BEARER ${TOKEN} `,
        'Bearer old-token-of-the-team',
      ]) {
        assert.equal((await models({ authorization })).status, 200, authorization);
      }
      assert.equal((await models({ 'x-api-key': TOKEN })).status, 200);
      assert.equal((await models({ 'api-key': TOKEN })).status, 200);
    });

    it('is nobody else', async () => {
      for (const headers of [
        {},
        { authorization: '' },
        { authorization: `Bearer ${TOKEN}x` },
        { authorization: TOKEN },
        { 'x-api-key': '' },
      ]) {
        const { status, headers: got, json } = await models(headers);
        assert.deepEqual([status, json.error.code], [401, 'invalid_api_key']);
        assert.equal(got['www-authenticate'], 'Bearer');
      }
      const infer = await send(`${server.url}/v2/models/${MODEL_ID}/infer`, { headers: { host }, body: {} });
      assert.deepEqual([infer.status, typeof errorText(infer)], [401, 'string']);
    });

    it('need not be known to ask for health and metrics, under any name', async () => {
      for (const path of ['/health', '/v1/health', '/v2/health/live', '/v2/health/ready', '/metrics']) {
        for (const name of ['10.1.2.3:8123', 'team.default.svc.cluster.local']) {
          assert.equal((await send(server.url + path, { headers: { host: name } })).status, 200, path);
        }
      }
      const other = { host: '10.1.2.3:8123', authorization: `Bearer ${TOKEN}` };
      assert.equal((await send(`${server.url}/v1/models`, { headers: other })).status, 403);
    });

    it('is answered before the body has come', async () => {
      const headers = { host, expect: '100-continue', 'content-length': '1000000' };
      const { status } = await send(`${server.url}/infill`, { method: 'POST', headers });
      assert.equal(status, 401);
    });
  });

  it('tells loopback from other addresses', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) assert.ok(isLoopback(host), host);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'example.org', ''])
      assert.ok(!isLoopback(host), host);
  });
});
