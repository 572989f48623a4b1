import type { FastifyInstance } from 'fastify';
import { ServeError } from './serve-error';

/** The Open Inference Protocol has tensors behind the JSON; this header says where they begin. */
export const JSON_LENGTH_HEADER = 'inference-header-content-length';

/**
 * Bodies are JSON whatever their Content-Type says: KServe's client sends none, others `text/plain`. That opens nothing,
 * since foreign origins are refused before.
 */
export function readBodies(app: FastifyInstance): void {
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    if (headers['content-type'] !== undefined) headers['content-type'] = 'application/json';
    done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, JSON_LENGTH_HEADER in request.headers ? body : parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

/**
 * @returns undefined for an empty body
 * @throws ServeError 400 that says nothing of the text, for it may be read where the text may not
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'is not UTF-8';
    throw new ServeError(400, `The request's body ${why}.`, { code: 'invalid_json' });
  }
}
