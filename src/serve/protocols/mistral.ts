import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { complete, outcomeOf, type Completion } from '../fills/completion';
import { aroundHole } from '../fills/fim-words';
import { checkBody, FLAG, optional, STOP_WORDS, TEXT, whole } from '../http/check-body';
import { DONE_EVENT, event, sendEvents } from '../http/events';
import { USUAL_TOKENS } from '../limits';
import type { Serving } from '../serving';
import { usage } from './openai';
import { seedOf } from './openai-body';

const BODY = v.object({
  model: optional(TEXT),
  prompt: TEXT,
  suffix: optional(TEXT),
  max_tokens: optional(whole(-1)),
  stop: STOP_WORDS,
  stream: optional(FLAG),
  random_seed: optional(v.number('must be a number')),
});

/**
 * Mistral's completions in the middle, which Continue asks for: texts come as the messages of a chat.
 *
 * @see https://docs.mistral.ai/api/endpoint/fim
 */
export function mistralRoutes(app: FastifyInstance, serving: Serving): void {
  app.post('/v1/fim/completions', async (request, reply) => fim(serving, request, reply));
}

async function fim(serving: Serving, request: FastifyRequest, reply: FastifyReply): Promise<object> {
  const body = checkBody(BODY, request.body);
  serving.checkModel(body.model);
  const caller = serving.caller(request, reply);
  const pieces = complete(
    serving.runner,
    serving.engine,
    {
      ...aroundHole(body.prompt, body.suffix ?? ''),
      maxTokens: serving.tokens(body.max_tokens ?? USUAL_TOKENS),
      stops: [body.stop ?? []].flat(),
      leastIndent: 0,
      seed: seedOf(body.random_seed),
    },
    caller,
  );
  const head = {
    id: randomUUID().replaceAll('-', ''),
    created: Math.floor(Date.now() / 1000),
    model: serving.model,
  };
  if (body.stream === true) return sendEvents(request, reply, streamed(pieces, head));
  const result = await outcomeOf(pieces);
  const [{ text, finish }] = result.choices as [Completion['choices'][number]];
  const message = { role: 'assistant', content: text, tool_calls: null };
  return {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: finish }],
    usage: usage([result]),
  };
}

async function* streamed(
  pieces: AsyncGenerator<string, Completion, undefined>,
  head: object,
): AsyncGenerator<string, void, undefined> {
  const chunk = (content: string, finish: string | null, more: object = {}): string =>
    event({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: finish }],
      ...more,
    });
  let sent = 0;
  let next = await pieces.next();
  for (; next.done !== true; next = await pieces.next()) {
    sent += next.value.length;
    yield next.value === '' ? '' : chunk(next.value, null);
  }
  const { value: result } = next;
  const { text, finish } = result.choices[0]!;
  yield chunk(text.slice(sent), finish, { usage: usage([result]) });
  yield DONE_EVENT;
}
