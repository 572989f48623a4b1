import { EngineError } from '../../engine/index';
import { ofEngine, ServeError } from './serve-error';

/** Anything that was thrown, as what a client is told. Nothing of the request's text is in a message about the unforeseen. */
export function toServeError(error: unknown): ServeError {
  if (error instanceof ServeError) return error;
  if (error instanceof EngineError) return ofEngine(error.code, error.message, error);
  const status = statusOf(error);
  if (status !== undefined && status < 500) {
    return new ServeError(status, `${(error as Error).message.replace(/\.$/, '')}.`, {
      code: status === 413 ? 'body_too_large' : 'bad_request',
      cause: error,
    });
  }
  return new ServeError(500, 'The server failed unexpectedly; please report it.', {
    code: 'internal',
    cause: error,
  });
}

/** The body of an error as the protocol that a path belongs to has it. */
export function errorBody(url: string, error: ServeError): object {
  if (/^\/v2(?![^/?])/.test(url)) return openInferenceError(error);
  return url.startsWith('/v1') ? openAiError(error) : llamaCppError(error);
}

/** @see https://platform.openai.com/docs/guides/error-codes */
function openAiError({ status, message, param, code }: ServeError): object {
  return { error: { message, type: OPENAI_TYPES[status] ?? openAiType(status), param, code } };
}

const OPENAI_TYPES: Readonly<Record<number, string>> = {
  403: 'permission_error',
  429: 'rate_limit_error',
  503: 'service_unavailable_error',
};

function openAiType(status: number): string {
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

/** As tools/server of llama.cpp writes errors. */
function llamaCppError({ status, message }: ServeError): object {
  return { error: { code: status, message, type: LLAMA_CPP_TYPES[status] ?? llamaCppType(status) } };
}

const LLAMA_CPP_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  501: 'not_supported_error',
  503: 'unavailable_error',
};

function llamaCppType(status: number): string {
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

/** Open Inference Protocol v2: the error is a text. */
function openInferenceError({ message }: ServeError): object {
  return { error: message };
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error ? (error as { statusCode?: unknown }).statusCode : undefined;
  return typeof status === 'number' && status >= 400 ? status : undefined;
}
