import assert from 'node:assert/strict';
import { metric } from '../../support/serve/metrics';
import { serverForTests } from '../../support/serve/real-server';
import { send } from '../../support/serve/send';

const HOLE = { input_prefix: 'n = ', input_suffix: '\n', n_predict: 2 };

describe('what Prometheus reads', function () {
  this.timeout(60_000);
  const server = serverForTests({ limits: { running: 1, waiting: 1 } });

  it('has names, types and labels as it should', async () => {
    await send(`${server.url}/infill`, { body: HOLE });
    const { headers, text } = await send(`${server.url}/metrics`);
    assert.match(headers['content-type']!, /^text\/plain; version=0\.0\.4/);
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    assert.ok(types.length > 10);
    for (const [, name, type] of types) {
      assert.match(name!, /^[a-z_]+$/);
      assert.equal(type === 'counter' && !name!.endsWith('_total'), false, name);
    }
    assert.ok((await metric(server.url, 'llada_forwards_total')) >= 1);
    assert.ok((await metric(server.url, 'llada_fill_seconds_count')) >= 1);
    assert.equal(await metric(server.url, 'llada_fills_total', 'outcome="done"'), 1);
  });

  it('counts unknown paths as one, so that nobody makes it grow', async () => {
    for (let i = 0; i < 5; i++) await send(`${server.url}/nothing/${i}`);
    const { text } = await send(`${server.url}/metrics`);
    assert.doesNotMatch(text, /nothing/);
    assert.equal(await metric(server.url, 'llada_http_requests_total', 'route="unknown"'), 5);
  });

  it('tells of refusals, and they come with a time to ask again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => send(`${server.url}/infill`, { body: HOLE })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(refused.length, 4);
    for (const { headers, json } of refused) {
      assert.match(headers['retry-after']!, /^[1-9]\d*$/);
      assert.equal(json.error.code, 429);
    }
    assert.equal(await metric(server.url, 'llada_refusals_total', 'reason="queue_full"'), 4);
    const texts = answers.filter(({ status }) => status === 200).map(({ json }) => json.content);
    assert.equal(new Set(texts).size, 1);
    assert.equal(await metric(server.url, 'llada_fills_running'), 0);
  });
});

describe('fills of several users at once', function () {
  this.timeout(60_000);
  const server = serverForTests({ limits: { running: 8 } });
  const PLACES = ['n = ', 'const area = ', 'def mean(values):\n    return ', 'if (', 'words = ['];

  function fillOf(input_prefix: string): Promise<string> {
    const body = { input_prefix, input_suffix: '\n', n_predict: 6 };
    return send(`${server.url}/infill`, { body }).then(({ json }) => json.content);
  }

  it('share forwards, whose size Prometheus is told, and each is what it is alone', async () => {
    const alone: string[] = [];
    for (const place of PLACES) alone.push(await fillOf(place));
    const counted = (): Promise<readonly number[]> =>
      Promise.all(['contexts', 'forwards'].map((what) => metric(server.url, `llada_step_${what}_total`)));
    const before = await counted();
    assert.deepEqual(await Promise.all(PLACES.map(fillOf)), alone);
    const [contexts, forwards] = (await counted()).map((count, i) => count - before[i]!);
    assert.ok(contexts! > forwards!, `${contexts} parts of ${forwards} forwards`);
    assert.ok((await metric(server.url, 'llada_engine_resident_bytes')) > 1e7);
  });
});
