/** What went wrong, for programs; the message says it for people, with what to do about it. */
export type EngineErrorCode =
  | 'bad-request'
  | 'bundle-missing'
  | 'bundle-damaged'
  | 'tokenizer-mismatch'
  | 'region-too-large'
  | 'provider-unavailable'
  | 'cancelled'
  | 'engine-crashed'
  | 'internal';

/** Every error that leaves the engine. It survives the process border: code and message are all it carries. */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    readonly code: EngineErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The error as an `EngineError`; anything unforeseen becomes code `internal` with its own message. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new EngineError('internal', `Unexpected failure in the engine: ${message}`, { cause: error });
}
