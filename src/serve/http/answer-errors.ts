import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyError, FastifyInstance } from 'fastify';
import type { Metrics, Refusal } from '../metrics';
import { errorBody, toServeError } from './error-shapes';
import { pathOf } from './guard';
import { CLIENT_GONE, ServeError } from './serve-error';

const COUNTED: readonly Refusal[] = ['loading', 'draining', 'queue_full', 'body_too_large'];
/** A client that is still sending a body that was refused has so long to read why; what it sends is thrown away. */
const LINGER_MS = 2000;

/** Of a body; @fastify/compress unpacks them. */
const READABLE_ENCODINGS = 'gzip, deflate, br, identity';

/** Answers errors and unknown paths in the shape of the protocol that the path belongs to. */
export function answerErrors(app: FastifyInstance, metrics: Metrics): void {
  app.setErrorHandler<FastifyError | Error>((thrown, request, reply) => {
    const error = toServeError(thrown);
    const refusal = COUNTED.find((reason) => reason === error.code);
    if (refusal) metrics.refusals.inc({ reason: refusal });
    if (error.status >= 500 && error.status !== 503) request.log.error({ stack: framesOf(thrown) }, 'failed');
    if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter);
    if (error.status === 415) reply.header('accept-encoding', READABLE_ENCODINGS);
    // Fastify closes after every body that it could not parse, at once: who is sending would not see the answer.
    if (['invalid_json', 'body_too_large'].includes(error.code ?? '')) reply.removeHeader('connection');
    if (error.status === 413) linger(request.raw, reply.raw);
    return reply.code(error.status).headers(error.headers).send(errorBody(request.url, error));
  });
  app.setNotFoundHandler((request) => {
    throw new ServeError(404, notFound(pathOf(request)), { code: 'not_found' });
  });
}

function linger(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    setTimeout(() => {
      if (!request.complete) request.destroy();
    }, LINGER_MS).unref();
  });
}

/** The status that a request is counted by. */
export function statusOf(reply: {
  readonly raw: { readonly writableFinished: boolean };
  readonly statusCode: number;
}): number {
  return reply.raw.writableFinished ? reply.statusCode : CLIENT_GONE;
}

function notFound(path: string): string {
  if (/chat|messages|responses/.test(path)) {
    return 'This model fills code and does not chat. Ask /v1/completions with “prompt” and “suffix”.';
  }
  if (/embed|rerank/.test(path)) return 'This model fills code and makes no embeddings.';
  return 'There is no such path here. Fills are made by /v1/fill, /v1/completions, /v1/fim/completions, /infill, /completion and /v2/models/{model}/infer.';
}

/** Where it was thrown; its message may hold what was asked. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
