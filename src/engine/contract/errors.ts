/** The kind of failure, for programs; the message says it for people, with what to do about it. */
export type EngineErrorCode =
  | 'bad-request'
  | 'bundle-missing'
  | 'bundle-damaged'
  | 'tokenizer-mismatch'
  | 'region-too-large'
  | 'provider-unavailable'
  | 'cancelled'
  | 'too-late'
  | 'engine-crashed'
  | 'out-of-memory'
  | 'import-refused'
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

/** The messages of Node, the C++ library and ONNX Runtime when memory is not to be had. */
export const NO_MEMORY = /allocation failed|bad_?\s?alloc|failed to allocate|out of memory/i;

/** The error as an `EngineError`; anything unforeseen becomes code `internal` with its own message. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (NO_MEMORY.test(message)) {
    return new EngineError(
      'out-of-memory',
      'There is not enough memory for this. Close other programs, fill less at a time, or choose a smaller model.',
      { cause: error },
    );
  }
  return new EngineError(
    'internal',
    `Unexpected failure in the engine: ${message.replace(/\.$/, '')}. Your text is unchanged; please report it.`,
    { cause: error },
  );
}
