import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { complete, outcomeOf, type Completion } from '../fills/completion';
import { checkBody, optional, whole } from '../http/check-body';
import { JSON_LENGTH_HEADER } from '../http/read-body';
import { ServeError } from '../http/serve-error';
import { USUAL_TOKENS } from '../limits';
import type { Serving } from '../serving';
import { bytesOfTexts, readInferRequest, type InferRequest } from './tensors';

const VERSION = '1';
const INPUTS = ['prefix', 'suffix', 'path'] as const;
const OUTPUT = 'text';

const INFER_PARAMETERS = v.object({ max_tokens: optional(whole(-1)), seed: optional(whole(0)) });

interface Params {
  readonly Params: { readonly model: string; readonly version?: string };
}

/**
 * The Open Inference Protocol, version 2, by which KServe hosts a model: the texts around holes in, the texts that fill
 * them out, a row each.
 *
 * @see https://github.com/kserve/open-inference-protocol
 */
export function openInferenceRoutes(app: FastifyInstance, serving: Serving): void {
  // KServe's client drops the message of an error whose type has a charset behind it.
  app.addHook('onSend', (_request, reply, payload, done) => {
    const json = String(reply.getHeader('content-type')).startsWith('application/json');
    if (json) reply.header('content-type', 'application/json');
    done(null, payload);
  });
  app.get('/v2', () => ({ name: 'llada', version: serving.version, extensions: ['binary_tensor_data'] }));
  app.get('/v2/health/live', () => ({ live: true }));
  app.get('/v2/health/ready', (_request, reply) => {
    if (serving.ready) return { ready: true };
    return reply.code(503).send({ ready: false, error: 'Loading model' });
  });
  for (const base of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    app.get<Params>(base, ({ params }) => {
      check(serving, params);
      return metadata(serving.model);
    });
    app.get<Params>(`${base}/ready`, ({ params }) => {
      check(serving, params);
      return { name: serving.model, ready: true };
    });
    app.post<Params>(`${base}/infer`, async (request, reply) => {
      check(serving, request.params);
      return infer(serving, request, reply);
    });
  }
}

function check(serving: Serving, { model, version = VERSION }: Params['Params']): void {
  serving.checkModel(model);
  if (version !== VERSION) {
    throw new ServeError(404, `The model has one version, “${VERSION}”.`, { code: 'model_not_found' });
  }
}

function metadata(name: string): object {
  const tensor = (of: string): object => ({ name: of, datatype: 'BYTES', shape: [-1] });
  return {
    name,
    versions: [VERSION],
    platform: 'llada_masked_diffusion',
    inputs: INPUTS.map(tensor),
    outputs: [tensor(OUTPUT)],
  };
}

async function infer(serving: Serving, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const length = request.headers[JSON_LENGTH_HEADER];
  const asked = readInferRequest(request.body, typeof length === 'string' ? length : undefined);
  const unknown = asked.outputs?.find((name) => name !== OUTPUT);
  if (unknown !== undefined) throw bad(`There is one output, “${OUTPUT}”`);
  const { max_tokens: tokens, seed } = checkBody(INFER_PARAMETERS, asked.parameters);
  const caller = serving.caller(request, reply);
  const results = await Promise.all(
    rowsOf(asked, serving.limits.choices).map((row) =>
      outcomeOf(
        complete(
          serving.runner,
          serving.engine,
          {
            ...row,
            maxTokens: serving.tokens(tokens ?? USUAL_TOKENS),
            stops: [],
            leastIndent: 0,
            seed: seed ?? undefined,
          },
          caller,
        ),
      ),
    ),
  );
  return answer(serving, asked, results, reply);
}

/** A row is a hole: its prefix, its suffix and its path, the last two if they are given. */
function rowsOf(
  { inputs }: InferRequest,
  most: number,
): { readonly prefix: string; readonly suffix: string; readonly path: string | undefined }[] {
  for (const name of inputs.keys()) {
    if (!INPUTS.some((known) => known === name))
      throw bad(`There is no input “${name.slice(0, 40)}”: ${INPUTS.join(', ')}`);
  }
  const prefixes = inputs.get('prefix')?.texts;
  if (!prefixes || prefixes.length === 0) throw bad('The input “prefix” is missing');
  if (prefixes.length > most)
    throw bad(`${prefixes.length} rows are more than this server takes in a request (${most})`);
  for (const [name, { texts }] of inputs) {
    if (texts.length !== prefixes.length) {
      throw bad(`The input “${name}” has ${texts.length} rows and “prefix” has ${prefixes.length}`);
    }
  }
  return prefixes.map((prefix, row) => ({
    prefix,
    suffix: inputs.get('suffix')?.texts[row] ?? '',
    path: inputs.get('path')?.texts[row],
  }));
}

function answer(
  { model }: Serving,
  { id, inputs, binaryOutput }: InferRequest,
  results: readonly Completion[],
  reply: FastifyReply,
): unknown {
  const texts = results.map(({ choices }) => choices[0]!.text);
  const { shape } = inputs.get('prefix')!;
  const bytes = binaryOutput ? bytesOfTexts(texts) : undefined;
  const output = {
    name: OUTPUT,
    shape,
    datatype: 'BYTES',
    ...(bytes ? { parameters: { binary_data_size: bytes.length } } : { data: texts }),
  };
  const body = { model_name: model, model_version: VERSION, id: id ?? randomUUID(), outputs: [output] };
  if (!bytes) return body;
  const head = Buffer.from(JSON.stringify(body));
  return reply
    .type('application/octet-stream')
    .header(JSON_LENGTH_HEADER, head.length)
    .send(Buffer.concat([head, bytes]));
}

function bad(message: string): ServeError {
  return new ServeError(400, `${message}.`, { code: 'bad_request' });
}
