import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { complete, outcomeOf, type Choice, type Completion } from '../fills/completion';
import { DONE_EVENT, event, sendEvents } from '../http/events';
import type { Caller } from '../fills/caller';
import type { Serving } from '../serving';
import { openAiRequest, type OpenAiRequest } from './openai-body';
import { isTabbyRequest, tabbyCompletion } from './tabby';

/**
 * OpenAI's completions (not chat), which Zed, Twinny, ProxyAI, minuet and others ask for.
 *
 * @see https://platform.openai.com/docs/api-reference/completions
 */
export function openAiRoutes(app: FastifyInstance, serving: Serving): void {
  const models = (): object => ({ object: 'list', data: [modelObject(serving)] });
  app.get('/v1/models', models);
  app.get('/models', models);
  app.get<{ Params: { model: string } }>('/v1/models/:model', ({ params }) => {
    serving.checkModel(params.model);
    return modelObject(serving);
  });
  app.post('/v1/completions', (request, reply) =>
    // Tabby asks for something else at the same address.
    isTabbyRequest(request.body)
      ? tabbyCompletion(serving, request, reply)
      : completions(serving, request, reply),
  );
}

/** One text of an answer. */
interface Part {
  readonly text: string;
  readonly index: number;
  readonly finish_reason: Choice['finish'] | null;
  readonly logprobs: object | null;
}

function modelObject({ model, created }: Serving): object {
  return { id: model, object: 'model', created, owned_by: 'llada' };
}

async function completions(serving: Serving, request: FastifyRequest, reply: FastifyReply): Promise<object> {
  const asked = openAiRequest(serving, request.body);
  const caller = serving.caller(request, reply, { user: asked.user });
  const answer = answerOf(serving);
  if (asked.stream) return sendEvents(request, reply, streamed(serving, asked, caller, answer));
  const results = await Promise.all(
    asked.completions.map((one) => outcomeOf(complete(serving.runner, serving.engine, one, caller))),
  );
  const choices = results.flatMap((result, prompt) => parts(asked, result, prompt));
  return { ...answer(choices), usage: usage(results, asked.each) };
}

/** Prompts one after the other; a text grows as it is filled, several texts for one prompt come whole. */
async function* streamed(
  serving: Serving,
  asked: OpenAiRequest,
  caller: Caller,
  answer: (choices: readonly Part[]) => object,
): AsyncGenerator<string, void, undefined> {
  const results: Completion[] = [];
  const piece = (text: string, index: number): string =>
    event(answer([{ text, index, logprobs: null, finish_reason: null }]));
  for (const [prompt, one] of asked.completions.entries()) {
    const pieces = complete(serving.runner, serving.engine, one, caller);
    // With several texts nothing is sent before they are whole, their echo included.
    let sent = 0;
    let next = await pieces.next();
    if (next.done !== true && asked.echo && asked.each === 1) {
      sent = asked.prompts[prompt]!.length;
      yield piece(asked.prompts[prompt]!, prompt);
    }
    for (; next.done !== true; next = await pieces.next()) {
      sent += next.value.length;
      yield next.value === '' ? '' : piece(next.value, prompt * asked.each);
    }
    for (const part of parts(asked, next.value, prompt)) {
      yield event(answer([{ ...part, text: part.text.slice(sent) }]));
    }
    results.push(next.value);
  }
  if (asked.usageInStream) yield event({ ...answer([]), usage: usage(results, asked.each) });
  yield DONE_EVENT;
}

function answerOf({ model }: Serving): (choices: readonly Part[]) => object {
  const id = `cmpl-${randomUUID()}`;
  const created = Math.floor(Date.now() / 1000);
  return (choices) => ({ id, object: 'text_completion', created, model, choices });
}

function parts(
  { each, echo, prompts, logprobs }: OpenAiRequest,
  { choices }: Completion,
  prompt: number,
): Part[] {
  return choices.slice(0, each).map((choice, i) => ({
    text: echo ? prompts[prompt]! + choice.text : choice.text,
    index: prompt * each + i,
    logprobs: logprobs === undefined ? null : probabilities(choice, logprobs),
    finish_reason: choice.finish,
  }));
}

/** Offsets count from the text's beginning; a token that a stop word cuts is whole here. */
function probabilities({ cells }: Choice, alternatives: number): object {
  const offsets: number[] = [];
  let at = 0;
  for (const { text } of cells) {
    offsets.push(at);
    at += text.length;
  }
  return {
    tokens: cells.map(({ text }) => text),
    token_logprobs: cells.map(({ confidence }) => logarithm(confidence)),
    top_logprobs:
      alternatives === 0
        ? null
        : cells.map((cell) =>
            Object.fromEntries(
              (cell.alternatives ?? []).map(({ text, probability }) => [text, logarithm(probability)]),
            ),
          ),
    text_offset: offsets,
  };
}

/** JSON has no −∞. */
function logarithm(probability: number): number {
  return Math.log(Math.max(probability, Number.MIN_VALUE));
}

export function usage(results: readonly Completion[], each = 1): object {
  const prompt = results.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  const filled = results
    .flatMap(({ choices }) => choices.slice(0, each))
    .reduce((sum, { cells }) => sum + cells.length, 0);
  return { prompt_tokens: prompt, completion_tokens: filled, total_tokens: prompt + filled };
}
