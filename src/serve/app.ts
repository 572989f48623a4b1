import type { Duplex } from 'node:stream';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerOptions,
} from 'fastify';
import { answerErrors, statusOf } from './http/answer-errors';
import { errorBody, toServeError } from './http/error-shapes';
import { guardPages, guardToken, pathOf, type Access } from './http/guard';
import { collectMethods, tellMethods } from './http/methods';
import { readBodies } from './http/read-body';
import { ServeError } from './http/serve-error';
import { fillRoutes } from './protocols/fill';
import { healthRoutes } from './protocols/health';
import { llamaCppRoutes } from './protocols/llama-cpp';
import { mistralRoutes } from './protocols/mistral';
import { openAiRoutes } from './protocols/openai';
import { openInferenceRoutes } from './protocols/open-inference';
import { tabbyRoutes } from './protocols/tabby';
import type { Serving } from './serving';

/** A connection on which nothing has moved for so long is closed: its reader has stopped reading. */
const IDLE_MS = 300_000;
/** A request must have arrived whole by then. */
const ARRIVAL_MS = 120_000;
/** Compressing less saves nothing. */
const COMPRESSED_FROM = 1024;

/** The server with all its protocols; it listens when it is told to. */
export async function makeApp(
  serving: Serving,
  access: Access,
  logger: FastifyServerOptions['logger'] = false,
): Promise<FastifyInstance> {
  const app = fastify({
    logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: serving.limits.bodyBytes,
    connectionTimeout: IDLE_MS,
    requestTimeout: ARRIVAL_MS,
    // It is closed when all requests have been answered, or the time for that is over.
    forceCloseConnections: true,
    return503OnClosing: false,
    clientErrorHandler: answerGarbage,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    frameworkErrors: (error, request, reply) => {
      const told = toServeError(error);
      void (reply as FastifyReply).code(told.status).send(errorBody(request.url, told));
    },
  });
  const methods = collectMethods(app);
  readBodies(app);
  answerErrors(app, serving.metrics);
  countRequests(app, serving);
  refuseWhileDraining(app, serving);
  guardPages(app, serving, access);
  await app.register(cors, {
    // Who asks from no page is told the methods of a path instead.
    delegator: (request, done) => {
      done(null, {
        origin: [...access.origins],
        preflight: request.headers.origin !== undefined,
        maxAge: 600,
      });
    },
  });
  guardToken(app, serving, access);
  await app.register(compress, { threshold: COMPRESSED_FROM });
  takeExpectations(app, serving);
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    done();
  });
  for (const routes of [
    healthRoutes,
    llamaCppRoutes,
    openAiRoutes,
    mistralRoutes,
    tabbyRoutes,
    fillRoutes,
    openInferenceRoutes,
  ]) {
    await app.register((scope, _options, done) => {
      routes(scope, serving);
      done();
    });
  }
  tellMethods(app, methods);
  return app;
}

/** Counts and logs each request by its route: never its address as it came, nor anything of its body. */
function countRequests(app: FastifyInstance, serving: Serving): void {
  const { metrics } = serving;
  app.addHook('onRequest', (request, reply, done) => {
    serving.open++;
    reply.raw.once('close', () => {
      serving.open--;
      const route = request.routeOptions.url ?? 'unknown';
      const { method } = request;
      const status = statusOf(reply);
      metrics.requests.inc({ method, route, status });
      metrics.requestSeconds.observe({ route }, reply.elapsedTime / 1000);
      request.log.info({ method, route, status, ms: Math.round(reply.elapsedTime) }, 'request');
    });
    done();
  });
}

/** Says that the server is to end, also on connections that are open still; that it lives may be asked. */
function refuseWhileDraining(app: FastifyInstance, serving: Serving): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (serving.draining) reply.header('connection', 'close');
    const refused = serving.draining && !['/v2/health/live', '/metrics'].includes(pathOf(request));
    const why = 'The server is shutting down.';
    done(refused ? new ServeError(503, why, { code: 'draining', retryAfter: 1 }) : undefined);
  });
}

/** A client that asks before it sends its body is answered by what its head says: refused, or told to go on. */
function takeExpectations(app: FastifyInstance, { limits }: Serving): void {
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response));
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    const tooLarge = Number(headers['content-length']) > limits.bodyBytes;
    const why = `The body is larger than ${limits.bodyBytes} bytes.`;
    done(tooLarge ? new ServeError(413, why, { code: 'body_too_large' }) : undefined);
  });
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (request.headers.expect?.toLowerCase() === '100-continue') reply.raw.writeContinue();
    done(null, payload);
  });
}

/** A request that is no HTTP has no path, so no protocol either. */
function answerGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] = GARBAGE[error.code ?? ''] ?? [400, 'Bad Request'];
  const told = new ServeError(status, 'This is no HTTP request that this server can read.', {
    code: 'bad_request',
  });
  const body = JSON.stringify(errorBody('', told));
  const head = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nConnection: close\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

const GARBAGE: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};
