import assert from 'node:assert/strict';
import { serverForTests, MODEL_ID } from '../../../support/serve/real-server';
import { eventsOf, isDone, send, type Received } from '../../../support/serve/send';

const HOLE = { prompt: 'SELECT id, ', suffix: ' FROM orders WHERE paid = 1;\n', max_tokens: 6 };

describe('the protocol of OpenAI', function () {
  this.timeout(60_000);
  const server = serverForTests();
  const complete = (body: object): Promise<Received> =>
    send(`${server.url}/v1/completions`, { body: { model: MODEL_ID, ...HOLE, ...body } });
  const textOf = ({ json }: Received): string => json.choices[0]!.text;

  it('completes between prompt and suffix', async () => {
    const { status, json } = await complete({});
    assert.equal(status, 200);
    assert.match(json.id, /^cmpl-/);
    assert.equal(json.object, 'text_completion');
    assert.ok(Number.isSafeInteger(json.created));
    assert.equal(json.model, MODEL_ID);
    const { prompt_tokens, completion_tokens, total_tokens } = json.usage as unknown as Record<
      string,
      number
    >;
    assert.equal(total_tokens, prompt_tokens! + completion_tokens!);
    const [choice] = json.choices;
    assert.equal(choice!.finish_reason, completion_tokens === 6 ? 'length' : 'stop');
  });

  it('takes null for everything that may be left out, and an empty or missing model', async () => {
    const names =
      'suffix max_tokens temperature top_p n stop stream stream_options logprobs echo seed user best_of logit_bias';
    const nulls = Object.fromEntries(names.split(' ').map((name) => [name, null]));
    const { status, json } = await complete({ ...nulls, model: '' });
    assert.deepEqual([status, json.model], [200, MODEL_ID]);
  });

  it('takes −1 for as many tokens as may be, and other ways to say nothing', async () => {
    const { status, json } = await complete({
      max_tokens: -1,
      logprobs: false,
      stop: {},
      prompt: 'a = 1\nb =',
    });
    assert.equal(status, 200);
    assert.equal(json.choices[0]!.logprobs, null);
    assert.equal((await complete({ logprobs: true })).json.error.param, 'logprobs');
  });

  it('streams what it would answer at once, and the usage when it is asked for', async () => {
    const whole = await complete({ max_tokens: 20 });
    const events = eventsOf(
      await complete({ max_tokens: 20, stream: true, stream_options: { include_usage: true } }),
    );
    const usage = events.pop()!;
    assert.deepEqual(usage.choices, []);
    assert.deepEqual(usage.usage, whole.json.usage);
    const choices = events.map((one) => one.choices[0]!);
    assert.equal(choices.map((one) => one.text).join(''), textOf(whole));
    const reasons = choices.map((one) => one.finish_reason);
    assert.equal(reasons.pop(), whole.json.choices[0]!.finish_reason);
    assert.ok(reasons.every((one) => (one as unknown) === null));
  });

  it('keeps equal requests at once apart', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => complete({ stream: true, user: 'team' })),
    );
    for (const answer of answers) assert.ok(isDone(answer));
  });

  it('answers several prompts in their order, and n texts for each', async () => {
    const prompts = ['a = 1\nb = ', 'let x = 2;\nlet y = '];
    const both = await complete({ prompt: prompts, n: 2, max_tokens: 4 });
    const choices = both.json.choices;
    assert.deepEqual(
      choices.map((one) => one.index),
      [0, 1, 2, 3],
    );
    const alone = await complete({ prompt: prompts[1], n: 2, max_tokens: 4 });
    assert.deepEqual(
      choices.slice(2).map((one) => one.text),
      alone.json.choices.map((one) => one.text),
    );
    const streamed = eventsOf(await complete({ prompt: prompts, max_tokens: 4, stream: true }));
    const second = streamed.filter((one) => one.choices[0]!.index === 1);
    assert.equal(
      second.map((one) => one.choices[0]!.text).join(''),
      textOf(await complete({ prompt: prompts[1], max_tokens: 4 })),
    );
  });

  it('puts the prompt before the text with echo', async () => {
    const plain = textOf(await complete({}));
    assert.equal(textOf(await complete({ echo: true })), HOLE.prompt + plain);
    const events = eventsOf(await complete({ echo: true, stream: true }));
    assert.equal(events.map((one) => one.choices[0]!.text).join(''), HOLE.prompt + plain);
  });

  it('gives the probabilities of the tokens of the text', async () => {
    const { json } = await complete({ logprobs: 2 });
    const [choice] = json.choices;
    const { tokens, token_logprobs, top_logprobs, text_offset } = choice!.logprobs;
    assert.equal(tokens.join(''), choice!.text);
    assert.equal(token_logprobs.length, tokens.length);
    assert.equal(text_offset.length, tokens.length);
    assert.equal(top_logprobs.length, tokens.length);
    assert.ok(token_logprobs.every((one) => one <= 0));
    const streamed = await complete({ logprobs: 1, stream: true });
    assert.deepEqual([streamed.status, streamed.json.error.param], [400, 'logprobs']);
  });

  it('counts a text that the limit cut up to the limit', async () => {
    const { json } = await complete({
      prompt: 'primes = [2, 3, 5, 7, 11, 13, ',
      suffix: null,
      max_tokens: 2,
    });
    assert.equal(json.choices[0]!.finish_reason, 'length');
    assert.equal(json.usage['completion_tokens'], 2);
    const nothing = await complete({ max_tokens: 0 });
    assert.equal(textOf(nothing), '');
  });

  it('ends before the first of many stop words, also within a stream', async () => {
    const text = textOf(
      await complete({ max_tokens: 24, suffix: '', prompt: 'def f(a):\n    return a\n\n\ndef g(b):\n' }),
    );
    const word = text.slice(4, 7);
    const stop = ['', '</s>', '\nclass', '```', '<|endoftext|>', 't.x', '\nimport', word, '#- coding'];
    const body = { max_tokens: 24, suffix: '', prompt: 'def f(a):\n    return a\n\n\ndef g(b):\n', stop };
    const { json } = await complete(body);
    assert.equal(json.choices[0]!.text, text.slice(0, text.indexOf(word)));
    assert.equal(json.choices[0]!.finish_reason, 'stop');
    const events = eventsOf(await complete({ ...body, stream: true }));
    assert.equal(events.map((one) => one.choices[0]!.text).join(''), text.slice(0, text.indexOf(word)));
  });

  it('reads prompts with the words of other models, and refuses those that it does not know by name', async () => {
    const qwen = await complete({
      suffix: undefined,
      prompt: '<|fim_prefix|>let z = <|fim_suffix|>;\n<|fim_middle|>',
    });
    assert.equal(textOf(qwen), textOf(await complete({ prompt: 'let z = ', suffix: ';\n' })));
    const unknown = await complete({ suffix: undefined, prompt: 'let z = <FILL_ME>;' });
    assert.equal(unknown.status, 400);
    assert.match(unknown.json.error.message, /<FILL_ME>/);
    const both = await complete({ prompt: '<fim_prefix>a<fim_suffix>b<fim_middle>', suffix: 'c' });
    assert.deepEqual([both.status, both.json.error.param], [400, 'suffix']);
  });

  it('refuses with the field as param', async () => {
    const wrong: readonly (readonly [object, number, string])[] = [
      [{ prompt: [1, 2, 3] }, 400, 'prompt'],
      [{ prompt: [[1], [2]] }, 400, 'prompt'],
      [{ prompt: [] }, 400, 'prompt'],
      [{ prompt: undefined }, 400, 'prompt'],
      [{ prompt: Array(99).fill('a') }, 400, 'prompt'],
      [{ suffix: 7 }, 400, 'suffix'],
      [{ max_tokens: -2 }, 400, 'max_tokens'],
      [{ n: 0 }, 400, 'n'],
      [{ n: 9 }, 400, 'n'],
      [{ best_of: 99 }, 400, 'best_of'],
      [{ logprobs: 50 }, 400, 'logprobs'],
      [{ stream: 'yes' }, 400, 'stream'],
      [{ model: 'gpt-5' }, 404, 'model'],
    ];
    for (const [body, status, param] of wrong) {
      const answer = await complete(body);
      const { error } = answer.json as unknown as {
        error: Record<'message' | 'type' | 'param' | 'code', unknown>;
      };
      assert.deepEqual(
        [answer.status, error.param, error.type],
        [status, param, 'invalid_request_error'],
        JSON.stringify(body),
      );
      assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code']);
    }
  });

  it('lists its one model by a name', async () => {
    const { json } = await send(`${server.url}/v1/models`);
    assert.equal(json.object, 'list');
    assert.deepEqual(
      json.data.map((one) => [one.id, one.object, one.owned_by]),
      [[MODEL_ID, 'model', 'llada']],
    );
    assert.equal((await send(`${server.url}/v1/models/${MODEL_ID}`)).json.id, MODEL_ID);
    assert.equal((await send(`${server.url}/v1/models/other`)).status, 404);
  });

  it('says that it does not chat', async () => {
    const { status, json } = await send(`${server.url}/v1/chat/completions`, { body: { messages: [] } });
    assert.equal(status, 404);
    assert.match(json.error.message, /does not chat/);
  });
});
