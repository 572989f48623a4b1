import { once } from 'node:events';
import http from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A request to send; a body that is not a text or bytes goes as JSON. */
export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The response that came back. */
export interface Received {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The text's JSON. */
  readonly json: Reply;
}

/** Every field that an answer of some protocol has, as tests read them: those that are not there are undefined. */
export interface Reply {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly AnsweredChoice[];
  readonly usage: Readonly<Record<'prompt_tokens' | 'completion_tokens' | 'total_tokens', number>>;
  readonly data: readonly Reply[];
  readonly owned_by: string;
  readonly error: {
    readonly code: number | string;
    readonly message: string;
    readonly type: string;
    readonly param: string;
  };

  readonly index: number;
  readonly content: string;
  readonly stop: boolean;
  readonly stop_type: string;
  readonly stopping_word: string;
  readonly truncated: boolean;
  readonly tokens_predicted: number;
  readonly tokens_evaluated: number;
  readonly generation_settings: { readonly n_predict: number };
  readonly timings: Readonly<Record<'predicted_n' | 'predicted_ms' | 'prompt_ms', number>>;

  readonly status: string;
  readonly device: string;
  readonly arch: string;
  readonly cpu_info: string;
  readonly cpu_count: number;
  readonly cuda_devices: readonly object[];
  readonly version: Readonly<Record<string, string>>;

  readonly name: string;
  readonly model_name: string;
  readonly inputs: readonly { readonly name: string }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: number[];
    readonly data: string[];
  }[];
}

interface AnsweredChoice {
  readonly index: number;
  readonly text: string;
  readonly finish_reason: string | null;
  readonly message: { readonly role: string; readonly content: string };
  readonly delta: { readonly content: string };
  readonly logprobs: {
    readonly tokens: readonly string[];
    readonly token_logprobs: readonly number[];
    readonly top_logprobs: readonly object[];
    readonly text_offset: readonly number[];
  };
}

/** Sends one request on a connection of its own; headers are taken as they are, `Host` too. */
export async function send(url: string, { method, headers = {}, body }: Sent = {}): Promise<Received> {
  const bytes = bytesOf(body);
  const request = http.request(url, {
    method: method ?? (bytes ? 'POST' : 'GET'),
    agent: false,
    headers: {
      ...(bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {}),
      ...headers,
    },
    setHost: !Object.keys(headers).some((name) => name.toLowerCase() === 'host'),
  });
  request.end(bytes);
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  return received(answer);
}

export async function received(answer: http.IncomingMessage): Promise<Received> {
  const all = await buffer(answer);
  const text = all.toString('utf8');
  return {
    status: answer.statusCode!,
    headers: answer.headers,
    bytes: all,
    text,
    get json(): Reply {
      return JSON.parse(text) as Reply;
    },
  };
}

/** The data of a stream of server-sent events, without `[DONE]`. */
export function eventsOf({ text }: Pick<Received, 'text'>): Reply[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .filter((block) => block !== 'data: [DONE]')
    .map((block) => {
      const data = /^data: (.+)$/.exec(block)?.[1];
      if (data === undefined) throw new Error(`not an event with data on one line: ${block}`);
      return JSON.parse(data) as Reply;
    });
}

/** Tells whether a stream ends as clients of OpenAI wait for it. */
export function isDone({ text }: Received): boolean {
  return text.endsWith('\n\ndata: [DONE]\n\n');
}

/** Opens a request and closes the connection after so many milliseconds, whatever has come by then. */
export async function sendAndLeave(url: string, body: unknown, ms: number): Promise<void> {
  const request = http.request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json' },
  });
  request.on('error', () => undefined);
  request.on('response', (answer) => answer.resume());
  request.end(bytesOf(body));
  await new Promise((resolve) => setTimeout(resolve, ms));
  request.destroy();
}

/** The error of the Open Inference Protocol, a text. */
export function errorText({ json }: Received): string {
  return json.error as unknown as string;
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
