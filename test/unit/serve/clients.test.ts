import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { NotFoundError, BadRequestError, APIError, OpenAI } from 'openai';
import { PYTHON, PYTHON_MS, pythonHas } from '../../support/serve/python';
import { MODEL_ID, serverForTests, sharedEngine } from '../../support/serve/real-server';
import { settled } from '../../support/serve/metrics';

const HOLE = { model: MODEL_ID, prompt: 'def area(w, h):\n    return ', suffix: '\n', max_tokens: 8 };
const TOKEN = 'the-token-that-the-team-shares';

describe('the Node client of OpenAI', function () {
  this.timeout(60_000);
  const server = serverForTests({ access: { tokens: [TOKEN] } });
  const client = (apiKey = TOKEN): OpenAI =>
    new OpenAI({ baseURL: `${server.url}/v1`, apiKey, maxRetries: 0 });

  it('lists the model and completes, at once and in a stream', async () => {
    const models = await client().models.list();
    assert.deepEqual(
      models.data.map(({ id }) => id),
      [MODEL_ID],
    );
    assert.equal((await client().models.retrieve(MODEL_ID)).id, MODEL_ID);
    const whole = await client().completions.create(HOLE);
    let streamed = '';
    let reason: string | null = null;
    let usage: unknown;
    const stream = await client().completions.create({
      ...HOLE,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const part of stream) {
      streamed += part.choices[0]?.text ?? '';
      reason = part.choices[0]?.finish_reason ?? reason;
      usage = part.usage ?? usage;
    }
    assert.equal(streamed, whole.choices[0]!.text);
    assert.equal(reason, whole.choices[0]!.finish_reason);
    assert.deepEqual(usage, whole.usage);
  });

  it('gets errors as the kinds it knows, with their param', async () => {
    await assert.rejects(
      client('wrong').models.list(),
      (error) => error instanceof APIError && error.status === 401,
    );
    await assert.rejects(client().completions.create({ ...HOLE, model: 'other' }), NotFoundError);
    await assert.rejects(
      client().completions.create({ ...HOLE, prompt: [1, 2] }),
      (error) => error instanceof BadRequestError && error.param === 'prompt',
    );
    await assert.rejects(
      client().chat.completions.create({ model: MODEL_ID, messages: [{ role: 'user', content: 'hello' }] }),
      (error) => error instanceof NotFoundError && /does not chat/.test(error.message),
    );
  });

  it('gets a failure within a stream as an error', async () => {
    const prompts = Array.from({ length: 8 }, (_, i) => `list_${i} = [`);
    const { pid } = await (await sharedEngine()).stats();
    const stream = await client().completions.create({
      ...HOLE,
      prompt: prompts,
      max_tokens: 24,
      stream: true,
    });
    let lives = true;
    await assert.rejects(
      async () => {
        for await (const part of stream) {
          if (part.choices[0]!.index !== 0 || !lives) continue;
          lives = false;
          process.kill(pid, 'SIGKILL');
        }
      },
      (error) => error instanceof APIError && error.code === 'engine_crashed',
    );
  });

  it('cancels what it no longer wants', async () => {
    const stream = await client().completions.create({ ...HOLE, suffix: '', max_tokens: 128, stream: true });
    await stream[Symbol.asyncIterator]().next();
    stream.controller.abort();
    await settled(server.url);
    assert.ok(server.serving.runner.idle);
  });
});

describe('the Python client of KServe', function () {
  this.timeout(60_000);
  const server = serverForTests();

  it('finds the model ready and has it fill rows, as JSON and as bytes', async function () {
    this.timeout(PYTHON_MS);
    if (!pythonHas('kserve')) this.skip();
    const program = resolve('test/support/serve/kserve_client.py');
    const { stdout } = await promisify(execFile)(PYTHON, [program, server.url, MODEL_ID]);
    const found = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    assert.deepEqual([found['live'], found['ready'], found['model']], [true, true, true]);
    assert.equal((found['json'] as string[]).length, 2);
    assert.deepEqual(found['binary'], found['json']);
    assert.deepEqual(found['bytes'], found['json']);
    assert.match(found['error'] as string, /There is no such model here/);
  });
});
