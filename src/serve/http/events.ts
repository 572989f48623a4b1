import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, toServeError } from './error-shapes';

/** An event with a JSON object as its data. No name: clients hand named events on in another shape. */
export function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** The end that clients of OpenAI's protocol wait for. */
export const DONE_EVENT = 'data: [DONE]\n\n';

/**
 * Answers with server-sent events. The status is sent with the first of them, so what fails before has a status of its
 * own; what fails later is the last event, in the protocol's own shape.
 *
 * @param events an empty one only says that it has begun
 */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  events: AsyncGenerator<string, void, undefined>,
): Promise<FastifyReply> {
  const first = await events.next();
  async function* rest(): AsyncGenerator<string, void, undefined> {
    try {
      if (first.done !== true && first.value !== '') yield first.value;
      for await (const next of events) if (next !== '') yield next;
    } catch (error) {
      yield event(errorBody(request.url, toServeError(error)));
    }
  }
  return reply
    .headers({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    })
    .send(Readable.from(rest()));
}
