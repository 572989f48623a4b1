import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { complete, outcomeOf } from '../fills/completion';
import { checkBody, listOf, optional, TEXT } from '../http/check-body';
import { USUAL_TOKENS } from '../limits';
import type { Serving } from '../serving';
import { seedOf } from './openai-body';

const PIECE = v.object({ filepath: optional(TEXT), body: TEXT }, 'must be an object with “body”');
const PIECES = optional(listOf(PIECE));

const BODY = v.object({
  segments: v.object(
    {
      prefix: TEXT,
      suffix: optional(TEXT),
      filepath: optional(TEXT),
      declarations: PIECES,
      relevant_snippets_from_changed_files: PIECES,
      relevant_snippets_from_recently_opened_files: PIECES,
    },
    'must be an object with “prefix”',
  ),
  user: optional(TEXT),
  seed: optional(v.number('must be a number')),
});

/**
 * The routes that Tabby's clients ask for besides /v1/completions with `segments` and /v1/health.
 *
 * @see https://tabby.tabbyml.com/api
 */
export function tabbyRoutes(app: FastifyInstance): void {
  // What was shown and taken is the user's; it is not kept.
  app.post('/v1/events', (_request, reply) => reply.code(200).send());
  app.get('/v1beta/server_setting', () => ({ disable_client_side_telemetry: true }));
}

/** Tells whether a request to /v1/completions is one of Tabby's. */
export function isTabbyRequest(body: unknown): boolean {
  const { segments = null, prompt = null } = (body ?? {}) as { segments?: unknown; prompt?: unknown };
  return segments !== null && prompt === null;
}

export async function tabbyCompletion(
  serving: Serving,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const { segments, user, seed } = checkBody(BODY, request.body);
  // The nearest come last: declarations say what the code at the cursor uses.
  const files = [
    ...(segments.relevant_snippets_from_recently_opened_files ?? []).toReversed(),
    ...(segments.relevant_snippets_from_changed_files ?? []).toReversed(),
    ...(segments.declarations ?? []),
  ];
  const { choices } = await outcomeOf(
    complete(
      serving.runner,
      serving.engine,
      {
        prefix: segments.prefix,
        suffix: segments.suffix ?? '',
        path: segments.filepath ?? undefined,
        files: files.map(({ filepath, body }) => ({ path: filepath ?? undefined, text: body })),
        maxTokens: serving.tokens(USUAL_TOKENS),
        stops: [],
        leastIndent: 0,
        seed: seedOf(seed),
      },
      serving.caller(request, reply, { user }),
    ),
  );
  return { id: `cmpl-${randomUUID()}`, choices: choices.map(({ text }, index) => ({ index, text })) };
}
