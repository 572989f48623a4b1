import * as v from 'valibot';
import type { CompletionRequest } from '../fills/completion';
import { aroundHole } from '../fills/fim-words';
import { checkBody, FLAG, optional, STOP_WORDS, TEXT, whole } from '../http/check-body';
import { ServeError } from '../http/serve-error';
import { USUAL_TOKENS } from '../limits';
import type { Serving } from '../serving';

const MOST_LOGPROBS = 5;
const PROMPT = 'must be a text, or a list of texts: token numbers are of another vocabulary';

/** In OpenAI's chats it is a flag, and clients of both send one. */
const LOGPROBS = v.union(
  [v.literal(false), whole(0, MOST_LOGPROBS)],
  `must be a whole number from 0 to ${MOST_LOGPROBS}`,
);

const BODY = v.object({
  model: optional(TEXT),
  prompt: v.union([TEXT, v.pipe(v.array(TEXT, PROMPT), v.minLength(1, PROMPT))], PROMPT),
  suffix: optional(TEXT),
  max_tokens: optional(whole(-1)),
  n: optional(whole(1)),
  best_of: optional(whole(1)),
  stop: STOP_WORDS,
  stream: optional(FLAG),
  stream_options: optional(v.object({ include_usage: optional(FLAG) }, 'must be an object')),
  logprobs: optional(LOGPROBS),
  echo: optional(FLAG),
  seed: optional(v.number('must be a number')),
  user: optional(TEXT),
});

/** A request for completions of one prompt or several. */
export interface OpenAiRequest {
  readonly prompts: readonly string[];
  /** One for each prompt. */
  readonly completions: readonly CompletionRequest[];
  /** How many texts for each prompt. */
  readonly each: number;
  readonly stream: boolean;
  readonly usageInStream: boolean;
  /** Alternatives in the answer; undefined: no probabilities are asked for. */
  readonly logprobs: number | undefined;
  /** True when the prompt stands before each text. */
  readonly echo: boolean;
  readonly user: string | undefined;
}

/**
 * Reads a request to /v1/completions. Temperature, top_p, penalties and biases are taken and left unused.
 *
 * @throws ServeError 400 with the field as its param, 404 for another model
 */
export function openAiRequest(serving: Serving, given: unknown): OpenAiRequest {
  const body = checkBody(BODY, given);
  serving.checkModel(body.model);
  const { limits } = serving;
  const prompts = [body.prompt].flat();
  const each = body.n ?? 1;
  const of = Math.max(each, body.best_of ?? 1);
  atMost('prompt', prompts.length, limits.choices, 'prompts');
  atMost('n', each, limits.choices, 'choices');
  atMost('best_of', of, limits.choices, 'choices');
  const stream = body.stream ?? false;
  const logprobs = body.logprobs === false ? undefined : (body.logprobs ?? undefined);
  if (logprobs !== undefined && (stream || body.echo === true)) {
    throw new ServeError(400, '“logprobs” is given neither in a stream nor with “echo”.', {
      code: 'unsupported',
      param: 'logprobs',
    });
  }
  const common = {
    maxTokens: serving.tokens(body.max_tokens ?? USUAL_TOKENS),
    stops: [body.stop ?? []].flat(),
    leastIndent: 0,
    choices: of,
    alternatives: logprobs,
    seed: seedOf(body.seed),
  };
  return {
    prompts,
    completions: prompts.map((prompt) => ({ ...common, ...aroundHole(prompt, body.suffix ?? '') })),
    each,
    stream,
    usageInStream: body.stream_options?.include_usage ?? false,
    logprobs,
    echo: body.echo ?? false,
    user: body.user ?? undefined,
  };
}

/** Any number is a seed to OpenAI; the engine's are whole and not negative. */
export function seedOf(seed: number | null | undefined): number | undefined {
  return seed === null || seed === undefined
    ? undefined
    : Math.abs(Math.trunc(seed)) % Number.MAX_SAFE_INTEGER;
}

function atMost(param: string, count: number, most: number, what: string): void {
  if (count <= most) return;
  throw new ServeError(400, `“${param}” asks for ${count} ${what}; this server takes ${most} at most.`, {
    code: 'too_many',
    param,
  });
}
