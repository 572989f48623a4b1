import type { EngineErrorCode } from '../../engine/index';

/** A request that is not answered as asked. Every protocol says so in a shape of its own. */
export class ServeError extends Error {
  override readonly name = 'ServeError';
  /** For programs, in snake case. */
  readonly code: string | null;
  /** The field of the request that is wrong. */
  readonly param: string | null;
  /** Seconds after which asking again may help. */
  readonly retryAfter: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  /** @param status of HTTP */
  constructor(
    readonly status: number,
    message: string,
    details: {
      readonly code?: string;
      readonly param?: string | undefined;
      readonly retryAfter?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = details.code ?? null;
    this.param = details.param ?? null;
    this.retryAfter = details.retryAfter;
    this.headers = details.headers ?? {};
  }
}

/** nginx's status for a client that has gone before it was answered; nobody reads it but the metrics. */
export const CLIENT_GONE = 499;

const ENGINE_STATUS: Readonly<Record<EngineErrorCode, number>> = {
  'bad-request': 400,
  'region-too-large': 400,
  cancelled: CLIENT_GONE,
  'engine-crashed': 503,
  'out-of-memory': 503,
  'provider-unavailable': 503,
  'bundle-missing': 500,
  'bundle-damaged': 500,
  'tokenizer-mismatch': 500,
  'import-refused': 500,
  'too-late': 503,
  internal: 500,
};

/** An engine that has stopped is started again by the next request. */
const ENGINE_RETRY_SECONDS = 1;

/** The error that a client is told of after a failure of the engine. */
export function ofEngine(code: EngineErrorCode, message: string, cause: unknown): ServeError {
  const status = ENGINE_STATUS[code];
  return new ServeError(status, message, {
    code: code === 'region-too-large' ? 'context_length_exceeded' : code.replaceAll('-', '_'),
    cause,
    ...(status === 503 ? { retryAfter: ENGINE_RETRY_SECONDS } : {}),
  });
}
