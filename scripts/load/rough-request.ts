import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/engine/index';

/** The ways in which a client behaves. */
export const MANNERS = ['plain', 'stream', 'abort', 'slow-reader', 'malformed', 'oversized', 'half'] as const;
export type Manner = (typeof MANNERS)[number];

/** How it ended: a status, or what the client or the connection did. Only `hung` and `cut` are nobody's intention. */
export type Outcome = number | 'left' | 'closed' | 'failed in stream' | 'hung' | 'cut';

/** Longer than a server that has much to do takes. */
const PATIENCE_MS = 180_000;
const OVERSIZED_BYTES = 5 * 1024 * 1024;
const LONGEST_STAY_MS = 400;
const LONGEST_PAUSE_MS = 1500;

/** Bodies that ask for a fill, by path. */
const FILLS: readonly (readonly [string, (prefix: string, tokens: number) => object])[] = [
  ['/infill', (prefix, n_predict) => ({ input_prefix: prefix, input_suffix: '\n', n_predict })],
  ['/completion', (prompt, n_predict) => ({ prompt, n_predict })],
  ['/v1/completions', (prompt, max_tokens) => ({ prompt, suffix: '\n', max_tokens })],
  ['/v1/fim/completions', (prompt, max_tokens) => ({ prompt, suffix: '\n', max_tokens })],
  ['/v1/fill', (prefix, maxTokens) => ({ prefix, suffix: '\n', maxTokens })],
];
const STREAMED = FILLS.length;
const WRONG: readonly (readonly [string, string, string])[] = [
  ['POST', '/infill', '{"input_prefix": "a", '],
  ['POST', '/infill', '{"input_prefix": 7, "input_suffix": []}'],
  ['POST', '/v1/completions', '[]'],
  ['POST', '/v1/completions', '{"prompt": "a", "max_tokens": -3}'],
  ['POST', '/v1/completions', '{"prompt": "<|unknown_word|>a<|fim_suffix|>"}'],
  ['POST', '/v1/fill', '{"prefix": "a", "suffix": "b", "holes": [{"tokens": 1e99}]}'],
  ['POST', '/v1/fill', '{"prefix": "a", "suffix": "b", "nothing": 1}'],
  ['POST', '/v2/models/none/infer', '{"inputs": []}'],
  ['POST', '/v1/completions', '[['.repeat(20_000)],
  ['POST', '/nothing', '{}'],
  ['DELETE', '/infill', ''],
];
const PREFIXES = ['const a = ', 'def mean(values):\n    return ', 'if (', 'for x in ', 'SELECT name FROM '];

/** One request of a client that behaves in some manner. */
export async function sendRoughly(url: string, manner: Manner, random: Random): Promise<Outcome> {
  switch (manner) {
    case 'malformed': {
      const [method, path, body] = pick(WRONG, random);
      return outcomeOf(open(url, path, method, body));
    }
    case 'oversized': {
      const body = `{"input_suffix": "\\n", "input_prefix": "${'x'.repeat(OVERSIZED_BYTES)}"}`;
      return outcomeOf(open(url, '/infill', 'POST', body, random.uniform() < 0.5));
    }
    case 'half': {
      const request = open(url, '/infill', 'POST', undefined, true);
      request.write('{"input_prefix": "a');
      return leave(request, random);
    }
    default: {
      const streams = manner === 'stream' || manner === 'slow-reader' || random.uniform() < 0.3;
      const request = openFill(url, streams, random);
      if (manner === 'abort') return leave(request, random);
      return outcomeOf(request, manner === 'slow-reader' ? random : undefined);
    }
  }
}

function openFill(url: string, streams: boolean, random: Random): http.ClientRequest {
  const prefix = pick(PREFIXES, random).repeat(1 + random.integer(random.uniform() < 0.1 ? 60 : 3));
  const which = random.integer(streams ? STREAMED : STREAMED + 1);
  const [path, bodyOf] = FILLS[which] ?? (['/v1/completions', segments] as const);
  const body = { ...bodyOf(prefix, 1 + random.integer(6)), ...(streams ? { stream: true } : {}) };
  return open(url, path, 'POST', JSON.stringify(body));
}

/** @param chunked without saying how long the body is */
function open(url: string, path: string, method: string, body?: string, chunked = false): http.ClientRequest {
  const length = chunked || body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const headers = { 'content-type': 'application/json', ...length };
  const request = http.request(url + path, { method, headers, agent: false });
  request.on('error', () => undefined);
  if (body !== undefined) request.end(body);
  return request;
}

async function leave(request: http.ClientRequest, random: Random): Promise<Outcome> {
  request.on('response', (answer) => answer.on('error', () => undefined).resume());
  await sleep(random.integer(LONGEST_STAY_MS));
  request.destroy();
  return 'left';
}

/** @param slow pauses between the pieces of the answer */
async function outcomeOf(request: http.ClientRequest, slow?: Random): Promise<Outcome> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const [answer] = (await once(request, 'response', { signal: patience })) as [http.IncomingMessage];
    let text = '';
    answer.setEncoding('utf8');
    for await (const piece of answer) {
      text += String(piece);
      if (slow) await sleep(slow.integer(LONGEST_PAUSE_MS));
    }
    if (!answer.complete) return 'cut';
    return answer.statusCode === 200 && /(^|\n)data: \{"error"/.test(text)
      ? 'failed in stream'
      : answer.statusCode!;
  } catch (error) {
    request.destroy();
    if (patience.aborted) return 'hung';
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EPIPE' || code === 'ECONNRESET' ? 'closed' : 'cut';
  }
}

function pick<T>(all: readonly T[], random: Random): T {
  return all[random.integer(all.length)]!;
}

function segments(prefix: string): object {
  return { segments: { prefix, suffix: '\n' } };
}
