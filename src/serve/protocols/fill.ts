import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Engine, RunOptions, Step } from '../../engine/index';
import { tooLong } from '../fills/fill-runner';
import { event, sendEvents } from '../http/events';
import type { Serving } from '../serving';
import { fillBodyReader, type FillBody } from './fill-body';

/**
 * The project's own protocol: every request that the engine takes, fills with all their steps as server-sent events where
 * the client accepts those, and otherwise the last step alone. One session's newest request supersedes the one before.
 */
export function fillRoutes(app: FastifyInstance, serving: Serving): void {
  const read = fillBodyReader(serving.limits);
  app.get('/v1/fill', () => {
    // The bundle's folder is the server's own business.
    const { bundleFolder, ...info } = serving.engine.info;
    return { ...info, bundle: serving.model };
  });
  app.post('/v1/fill', async (request, reply) => answer(serving, read(request.body), request, reply));
}

async function answer(
  serving: Serving,
  body: FillBody,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const { runner } = serving;
  const caller = serving.caller(request, reply, body);
  switch (body.type) {
    case 'read-context':
      // Nobody waits for it: it is done where it disturbs nobody.
      if (!runner.idle) return { forwards: 0, ms: 0 };
      return runner.answer((engine, run) => engine.readContext(body.request, run), caller);
    case 'forget-context': {
      const { keptContext } = body.request;
      await runner.answer((engine, run) => engine.forgetContext(keptContext, run), caller);
      return {};
    }
    case 'score':
      return runner.answer((engine, run) => engine.score(body.request, run), caller);
    case 'likelihood':
      return runner.answer((engine, run) => engine.likelihood(body.request, run), caller);
    case 'tokenize':
      return { tokens: await runner.answer((engine) => engine.tokenize(body.request.text), caller) };
    case 'fill':
    case 'generate': {
      const steps = whole(runner.steps((engine, run) => begin(engine, body, run), caller));
      if (wantsEvents(body, request)) return sendEvents(request, reply, eventsOf(steps));
      let last: Step | undefined;
      for await (const step of steps) last = step;
      return last!;
    }
  }
}

function begin(
  engine: Engine,
  body: Extract<FillBody, { type: 'fill' | 'generate' }>,
  run: RunOptions,
): AsyncIterable<Step> {
  return body.type === 'fill' ? engine.fill(body.request, run) : engine.generate(body.request, run);
}

function wantsEvents({ stream }: FillBody, { headers }: FastifyRequest): boolean {
  return stream ?? headers.accept?.includes('text/event-stream') === true;
}

/** Half a fill is none here: who wants less time asks for fewer steps. */
async function* whole(steps: AsyncIterable<Step>): AsyncGenerator<Step, void, undefined> {
  let done = false;
  for await (const step of steps) {
    ({ done } = step);
    yield step;
  }
  if (done) return;
  throw tooLong();
}

async function* eventsOf(steps: AsyncIterable<Step>): AsyncGenerator<string, void, undefined> {
  for await (const step of steps) yield event(step);
}
