import assert from 'node:assert/strict';
import { MODEL_ID, serverForTests } from '../../../support/serve/real-server';
import { eventsOf, send } from '../../../support/serve/send';

describe('the protocols of Mistral and Tabby', function () {
  this.timeout(60_000);
  const server = serverForTests();
  const post = (path: string, body: object): ReturnType<typeof send> => send(server.url + path, { body });

  it('answers /v1/fim/completions with a message, in a stream with its pieces', async () => {
    const body = {
      model: MODEL_ID,
      prompt: 'while queue:\n    ',
      suffix: '\nprint(seen)\n',
      max_tokens: 12,
      stop: ['\n\n'],
    };
    const { json } = await post('/v1/fim/completions', body);
    const [choice] = json.choices;
    assert.equal(json.object, 'chat.completion');
    assert.equal(choice!.message.role, 'assistant');
    assert.ok(['stop', 'length'].includes(choice!.finish_reason!));
    const events = eventsOf(await post('/v1/fim/completions', { ...body, stream: true }));
    assert.equal(events.map((one) => one.choices[0]!.delta.content).join(''), choice!.message.content);
    assert.deepEqual(events.at(-1)!.usage, json.usage);
  });

  it('refuses as OpenAI does', async () => {
    const { status, json } = await post('/v1/fim/completions', { suffix: 'a' });
    assert.deepEqual([status, json.error.param], [400, 'prompt']);
    assert.equal((await post('/v1/fim/completions', { model: 'codestral-latest', prompt: 'a' })).status, 404);
  });

  it('answers Tabby’s segments in whole, whatever of them is null', async () => {
    const segments = {
      prefix: 'class Stack:\n    def pop(self):\n        ',
      suffix: '\n',
      filepath: 'src/stack.py',
      git_url: 'https://example.org/stack.git',
      declarations: [{ filepath: 'src/base.py', body: 'class Base: ...' }],
      relevant_snippets_from_changed_files: [{ filepath: 'a.py', body: 'x = 1', score: 0.5 }],
    };
    const { status, json } = await post('/v1/completions', {
      language: 'python',
      segments,
      user: 'u-1',
      temperature: null,
    });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json), ['id', 'choices']);
    assert.deepEqual(Object.keys(json.choices[0]!), ['index', 'text']);
    const nulls = {
      prefix: 'print(',
      suffix: null,
      filepath: null,
      git_url: null,
      clipboard: null,
      declarations: null,
    };
    assert.equal((await post('/v1/completions', { language: null, segments: nulls })).status, 200);
    assert.equal((await post('/v1/completions', { prompt: null, segments: { prefix: 'a' } })).status, 200);
    const wrong = await post('/v1/completions', { segments: { suffix: 'a' } });
    assert.deepEqual([wrong.status, wrong.json.error.param], [400, 'segments.prefix']);
  });

  it('has one object of health for the clients of llama.cpp and of Tabby', async () => {
    for (const path of ['/health', '/v1/health']) {
      const { status, json } = await send(server.url + path);
      assert.equal(status, 200);
      assert.equal(json.status, 'ok');
      assert.equal(json.model, MODEL_ID);
      for (const name of ['device', 'arch', 'cpu_info'] as const) assert.equal(typeof json[name], 'string');
      assert.ok(json.cpu_count >= 1);
      assert.ok(Array.isArray(json.cuda_devices));
      for (const name of ['build_date', 'build_timestamp', 'git_sha', 'git_describe']) {
        assert.equal(typeof json.version[name], 'string');
      }
    }
    const head = await send(`${server.url}/health`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.bytes.length], [200, 0]);
  });

  it('takes Tabby’s events without a word and wants none', async () => {
    const event = { type: 'select', completion_id: 'cmpl-2', choice_index: 0, view_id: 'v2' };
    const { status, bytes } = await post('/v1/events?select_kind=line', event);
    assert.deepEqual([status, bytes.length], [200, 0]);
    assert.deepEqual((await send(`${server.url}/v1beta/server_setting`)).json, {
      disable_client_side_telemetry: true,
    });
  });
});
