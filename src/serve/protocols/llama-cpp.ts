import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { CellView } from '../../engine/index';
import {
  complete,
  outcomeOf,
  warmUp,
  type Choice,
  type Completion,
  type CompletionRequest,
} from '../fills/completion';
import type { Caller } from '../fills/caller';
import { aroundHole } from '../fills/fim-words';
import { checkBody, FLAG, listOf, optional, STOP_WORDS, TEXT, whole } from '../http/check-body';
import { event, sendEvents } from '../http/events';
import { ServeError } from '../http/serve-error';
import type { Serving } from '../serving';

/** Alternatives of a token. */
const MOST_PROBABILITIES = 10;

/**
 * The fields that /infill and /completion have in common. Samplers, `lora`, `cache_prompt`, `id_slot` and `model` are
 * taken and left unused: fills are greedy, and there is one model.
 */
const COMMON = {
  n_predict: optional(whole(-2)),
  // The same under OpenAI's name.
  max_tokens: optional(whole(-2)),
  n_cmpl: optional(whole(1)),
  n: optional(whole(1)),
  t_max_predict_ms: optional(whole(-1)),
  n_indent: optional(whole(0)),
  stop: STOP_WORDS,
  stream: optional(FLAG),
  n_probs: optional(whole(0)),
  response_fields: optional(listOf(TEXT, 'must be a list of strings')),
};

const INFILL_BODY = v.object({
  ...COMMON,
  input_prefix: TEXT,
  input_suffix: TEXT,
  prompt: optional(TEXT),
  input_extra: optional(
    listOf(v.object({ text: TEXT, filename: optional(TEXT) }), 'must be a list of objects with “text”'),
  ),
});

const PROMPT = 'must be a text, or a list of one: token numbers are of another vocabulary';
const ONE_TEXT = v.pipe(
  v.strictTuple([TEXT], PROMPT),
  v.transform(([text]) => text),
);

const COMPLETION_BODY = v.object({ ...COMMON, prompt: v.union([TEXT, ONE_TEXT], PROMPT) });

type Common = Pick<v.InferOutput<typeof INFILL_BODY>, keyof typeof COMMON>;

/** A request in this protocol's terms. */
interface Asked {
  readonly body: Common;
  readonly prompt: string;
  readonly completion: CompletionRequest;
}

/**
 * llama.cpp's own protocol, for llama.vim, llama.vscode and Continue's llama.cpp provider.
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
 */
export function llamaCppRoutes(app: FastifyInstance, serving: Serving): void {
  app.post('/infill', (request, reply) => {
    const body = checkBody(INFILL_BODY, request.body);
    const { input_prefix: prefix, input_suffix: suffix, prompt, input_extra: extra } = body;
    // What stands left of the cursor on its line is the beginning of the middle.
    const around = { prefix: prefix + (prompt ?? ''), suffix };
    const files = (extra ?? []).map(({ text, filename }) => ({ text, path: filename ?? undefined }));
    return answer(serving, request, reply, asked(serving, body, prompt ?? '', { ...around, files }));
  });
  for (const path of ['/completion', '/completions']) {
    app.post(path, (request, reply) => {
      const body = checkBody(COMPLETION_BODY, request.body);
      return answer(serving, request, reply, asked(serving, body, body.prompt, aroundHole(body.prompt, '')));
    });
  }
}

function asked(
  serving: Serving,
  body: Common,
  prompt: string,
  around: Pick<CompletionRequest, 'prefix' | 'suffix' | 'files' | 'path'>,
): Asked {
  const { limits } = serving;
  const choices = body.n_cmpl ?? body.n ?? 1;
  if (choices > limits.choices) {
    throw new ServeError(400, `“n_cmpl” must be at most ${limits.choices}.`, {
      code: 'bad_request',
      param: 'n_cmpl',
    });
  }
  const mostMs = body.t_max_predict_ms ?? -1;
  return {
    body,
    prompt,
    completion: {
      ...around,
      maxTokens: serving.tokens(body.n_predict ?? body.max_tokens ?? -1),
      stops: [body.stop ?? []].flat(),
      leastIndent: body.n_indent ?? 0,
      choices,
      alternatives: body.n_probs ? Math.min(body.n_probs, MOST_PROBABILITIES) : undefined,
      mostMs: mostMs > 0 ? mostMs : undefined,
    },
  };
}

async function answer(
  serving: Serving,
  request: FastifyRequest,
  reply: FastifyReply,
  { body, prompt, completion }: Asked,
): Promise<object> {
  const { runner, engine } = serving;
  const caller = serving.caller(request, reply);
  const fields = body.response_fields ?? undefined;
  if (completion.maxTokens === 0) readContext(serving, completion, caller);
  const final: Final = (result, choice, index) =>
    pick(finalAnswer(serving, { body, prompt, completion }, result, choice, index), fields);
  const pieces = complete(runner, engine, completion, caller);
  if (body.stream === true) return sendEvents(request, reply, streamed(pieces, final));
  const result = await outcomeOf(pieces);
  const answers = result.choices.map((choice, index) => final(result, choice, index));
  return answers.length === 1 ? answers[0]! : answers;
}

/** Nobody waits for it: it is done where it disturbs nobody, and its failure is nobody's. */
function readContext(serving: Serving, completion: CompletionRequest, { user }: Caller): void {
  const { runner, engine, limits } = serving;
  if (!runner.idle || completion.prefix + completion.suffix === '') return;
  const request = { ...completion, choices: 1, maxTokens: serving.tokens(-1) };
  const caller = { user, signal: AbortSignal.timeout(limits.fillMs) };
  warmUp(runner, engine, request, caller).catch(() => undefined);
}

type Final = (result: Completion, choice: Choice, index: number) => object;

async function* streamed(
  pieces: AsyncGenerator<string, Completion, undefined>,
  final: Final,
): AsyncGenerator<string, void, undefined> {
  let sent = '';
  let next = await pieces.next();
  for (; next.done !== true; next = await pieces.next()) {
    sent += next.value;
    yield next.value === '' ? '' : event({ index: 0, content: next.value, tokens: [], stop: false });
  }
  const { value: result } = next;
  for (const [index, choice] of result.choices.entries()) {
    const rest = choice.text.slice(sent.length);
    sent = '';
    if (rest !== '') yield event({ index, content: rest, tokens: [], stop: false });
    yield event(final(result, { ...choice, text: '' }, index));
  }
}

function finalAnswer(
  { model }: Serving,
  { body, prompt, completion }: Asked,
  result: Completion,
  choice: Choice,
  index: number,
): Readonly<Record<string, unknown>> {
  const { text, cells, stopWord, finish } = choice;
  const { promptTokens, promptMs, filledMs, truncated } = result;
  return {
    index,
    content: text,
    tokens: [],
    id_slot: 0,
    stop: true,
    model,
    tokens_predicted: cells.length,
    tokens_evaluated: promptTokens,
    generation_settings: {
      n_predict: completion.maxTokens,
      n_indent: completion.leastIndent,
      stop: completion.stops,
      stream: body.stream ?? false,
      temperature: 0,
    },
    prompt,
    has_new_line: cells.some((cell) => cell.text.includes('\n')),
    truncated,
    stop_type: stopWord !== undefined ? 'word' : finish === 'length' ? 'limit' : 'eos',
    stopping_word: stopWord ?? '',
    tokens_cached: promptTokens,
    ...(completion.alternatives === undefined ? {} : { completion_probabilities: cells.map(probabilities) }),
    timings: {
      cache_n: 0,
      prompt_n: promptTokens,
      ...perToken('prompt', promptTokens, promptMs),
      predicted_n: cells.length,
      ...perToken('predicted', cells.length, filledMs),
    },
  };
}

/** A token and those that it was chosen from. */
function probabilities({ token, text, confidence, alternatives = [] }: CellView): object {
  const one = (id: number | null, written: string, probability: number): object => ({
    id,
    token: written,
    bytes: [...Buffer.from(written)],
    logprob: Math.log(Math.max(probability, Number.MIN_VALUE)),
  });
  return {
    ...one(token, text, confidence),
    top_logprobs: alternatives.map((other) => one(other.token, other.text, other.probability)),
  };
}

function perToken(name: string, tokens: number, ms: number): object {
  return {
    [`${name}_ms`]: ms,
    [`${name}_per_token_ms`]: tokens === 0 ? 0 : ms / tokens,
    [`${name}_per_second`]: ms === 0 ? 0 : (tokens * 1000) / ms,
  };
}

/** Only the fields asked for, with the slashes of nested ones in their names; those that are not there are left out. */
function pick(answer: Readonly<Record<string, unknown>>, fields: readonly string[] | undefined): object {
  if (fields === undefined || fields.length === 0) return answer;
  return Object.fromEntries(
    fields.flatMap((field) => {
      let value: unknown = answer;
      for (const key of field.split('/')) {
        const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
        value = inside ? (value as Record<string, unknown>)[key] : undefined;
      }
      return value === undefined ? [] : [[field, value]];
    }),
  );
}
