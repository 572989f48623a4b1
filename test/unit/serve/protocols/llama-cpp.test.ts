import assert from 'node:assert/strict';
import { serverForTests, MODEL_ID } from '../../../support/serve/real-server';
import { eventsOf, send, type Reply, type Received } from '../../../support/serve/send';

const HOLE = { input_prefix: 'const half = (x) => {\n', input_suffix: '\n};\n', prompt: '  return ' };

describe('the protocol of llama.cpp', function () {
  this.timeout(60_000);
  const server = serverForTests();
  const infill = (body: object): Promise<Received> =>
    send(`${server.url}/infill`, { body: { ...HOLE, ...body } });

  it('fills behind the prompt, with every field that clients read', async () => {
    const { status, json } = await infill({
      n_predict: 8,
      model: '',
      top_k: 40,
      lora: [{ id: 0 }],
      id_slot: 3,
    });
    assert.equal(status, 200);
    assert.equal(typeof json.content, 'string');
    assert.equal(json.stop, true);
    assert.equal(json.model, MODEL_ID);
    assert.equal(json.truncated, false);
    assert.ok(['eos', 'limit'].includes(json.stop_type));
    assert.ok(json.tokens_predicted >= 1 && json.tokens_predicted <= 8);
    assert.equal(json.timings.predicted_n, json.tokens_predicted);
    assert.ok(json.timings.prompt_ms > 0);
    assert.ok(!json.content.startsWith(HOLE.prompt));
  });

  it('answers with the fields asked for, their slashes in the names, and with no other', async () => {
    const fields = [
      'content',
      'timings/prompt_n',
      'timings/none',
      'tokens_cached',
      'generation_settings/n_predict',
    ];
    const { json } = await infill({ n_predict: 4, response_fields: fields });
    assert.deepEqual(Object.keys(json), [
      'content',
      'timings/prompt_n',
      'tokens_cached',
      'generation_settings/n_predict',
    ]);
    assert.equal((json as unknown as Record<string, number>)['generation_settings/n_predict'], 4);
    const none = await infill({ n_predict: 4, response_fields: ['', 'nothing'] });
    assert.deepEqual(none.json, {});
  });

  it('tells the probabilities of each token where n_probs asks for them', async () => {
    const { json } = await infill({ n_predict: 4, n_probs: 3, n_cmpl: 1 });
    const { completion_probabilities: tokens } = json as unknown as {
      completion_probabilities: { token: string; logprob: number; top_logprobs: { logprob: number }[] }[];
    };
    assert.equal(tokens.map(({ token }) => token).join(''), json.content);
    for (const { logprob, top_logprobs: others } of tokens) {
      assert.ok(logprob <= 0 && others.every((other) => other.logprob <= 0));
    }
  });

  it('warms up with n_predict 0 and fills nothing', async () => {
    const { status, json } = await infill({ n_predict: 0, t_max_predict_ms: 1 });
    assert.deepEqual([status, json.content, json.tokens_predicted], [200, '', 0]);
    const bare = { input_prefix: '', input_suffix: '', prompt: '', n_predict: 0, response_fields: [''] };
    assert.deepEqual((await send(`${server.url}/infill`, { body: bare })).json, {});
  });

  it('gives n_cmpl texts as a list', async () => {
    const json = (await infill({ n_predict: 6, n_cmpl: 3, samplers: ['top_k'] })).json as unknown as Reply[];
    assert.deepEqual(
      json.map((one) => one.index),
      [0, 1, 2],
    );
    for (const one of json) assert.equal(typeof one.content, 'string');
    const { status } = await infill({ n_cmpl: 1000 });
    assert.equal(status, 400);
  });

  it('takes -1 and more tokens than there may be, within its own limit', async () => {
    for (const n of [-1, 100_000]) {
      const { status, json } = await infill({ n_predict: n });
      assert.equal(status, 200);
      assert.equal(json.generation_settings.n_predict, 128);
    }
  });

  it('takes what clients write in other ways', async () => {
    const limit = (await infill({ max_tokens: 3, input_extra: {}, stop: {}, response_fields: {} })).json;
    assert.equal(limit.generation_settings.n_predict, 3);
    const { status, json } = await send(`${server.url}/completion`, {
      body: { prompt: ['let a = '], n_predict: 2, max_tokens: 9 },
    });
    assert.deepEqual([status, json.generation_settings.n_predict], [200, 2]);
    for (const prompt of [['a', 'b'], [1], [], {}]) {
      const wrong = await send(`${server.url}/completion`, { body: { prompt } });
      assert.equal(wrong.status, 400);
      assert.match(wrong.json.error.message, /“prompt” must be a text, or a list of one/);
    }
  });

  it('streams a text that only grows, and the last event has the figures', async () => {
    const whole = await infill({ n_predict: 24 });
    const stream = await infill({ n_predict: 24, stream: true });
    assert.match(stream.headers['content-type']!, /^text\/event-stream/);
    const events = eventsOf(stream);
    const last = events.pop()!;
    assert.equal(events.map((one) => one.content).join(''), whole.json.content);
    assert.ok(events.every((one) => !one.stop));
    assert.equal(last.stop, true);
    assert.ok(last.timings.predicted_ms >= 0);
  });

  it('ends before a stop word and before a line with less indentation', async () => {
    const { json: whole } = await infill({ n_predict: 24 });
    const text: string = whole.content;
    const word = text.slice(1, 3);
    const { json } = await infill({ n_predict: 24, stop: ['', word] });
    assert.equal(json.content, text.slice(0, text.indexOf(word)));
    assert.deepEqual([json.stop_type, json.stopping_word], ['word', word]);
    const { json: deep } = await infill({ n_predict: 48, n_indent: 2, input_suffix: '' });
    for (const line of deep.content.split('\n').slice(1)) assert.match(line, /^(\s{2,}.*|\s*)$/);
  });

  it('ends with what is there when its time is over', async () => {
    const { status, json } = await infill({ n_predict: 100, t_max_predict_ms: 1 });
    assert.equal(status, 200);
    assert.equal(typeof json.content, 'string');
  });

  it('leaves out what is farthest from the cursor and says so', async () => {
    const filler = (line: string): string => `${line}\n`.repeat(3000);
    const { status, json } = await infill({
      n_predict: 4,
      input_prefix: filler('# before') + HOLE.input_prefix,
      input_suffix: HOLE.input_suffix + filler('# after'),
      input_extra: [{ text: filler('extra'), filename: 'b.js', time: 1 }],
    });
    assert.deepEqual([status, json.truncated], [200, true]);
    assert.equal(json.tokens_evaluated, 512 - 4 - 1);
  });

  it('keeps the line ending of the text around', async () => {
    const { json } = await infill({
      input_prefix: 'switch (n) {\r\n  case 1:\r\n    one();\r\n    break;\r\n',
      prompt: '',
      input_suffix: '\r\n}\r\n',
      n_predict: 40,
    });
    assert.doesNotMatch(json.content, /(?<!\r)\n|\r(?!\n)/);
  });

  it('takes the words of other models out of the prompt of /completion', async () => {
    const body = { prompt: '<PRE> const half = (x) => { return  <SUF>; }; <MID>', n_predict: 8 };
    const { status, json } = await send(`${server.url}/completion`, { body });
    assert.equal(status, 200);
    assert.doesNotMatch(json.content, /<(PRE|SUF|MID)>/);
    const plain = await send(`${server.url}/completions`, { body: { prompt: 'let a = ', n_predict: 2 } });
    assert.equal(plain.status, 200);
  });

  it('names the field that is wrong, in its own shape', async () => {
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ input_suffix: undefined }, /“input_suffix” is missing/],
      [{ input_prefix: 7 }, /“input_prefix” must be a string/],
      [{ prompt: [1, 2] }, /“prompt” must be a string/],
      [{ n_predict: 'many' }, /“n_predict” must be a whole number/],
      [{ n_predict: 1.5 }, /“n_predict”/],
      [{ stop: [1] }, /“stop/],
      [{ input_extra: [{ filename: 'a' }] }, /“input_extra.0.text” is missing/],
      [{ response_fields: 'content' }, /“response_fields”/],
    ];
    for (const [body, message] of wrong) {
      const { status, json } = await infill(body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.deepEqual([json.error.code, json.error.type], [400, 'invalid_request_error']);
      assert.match(json.error.message, message);
    }
  });
});
