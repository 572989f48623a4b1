import * as v from 'valibot';
import { ServeError } from './serve-error';

/** Optional fields of other people's protocols: null means not given. */
export function optional<T extends v.GenericSchema>(schema: T) {
  return v.nullish(schema);
}

export const TEXT = v.string('must be a string');
export const FLAG = v.boolean('must be true or false');

/** A list. Lua writes one for the empty list and the empty object, so its clients send `{}` for either. */
export function listOf<T extends v.GenericSchema>(item: T, message = 'must be a list') {
  const asList = (value: unknown): unknown => (isEmptyObject(value) ? [] : value);
  return v.pipe(v.unknown(), v.transform(asList), v.array(item, message));
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Words before which a text ends. */
export const STOP_WORDS = optional(v.union([TEXT, listOf(TEXT)], 'must be a string or a list of strings'));

/** A whole number. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const message = `must be a whole number ${range}`;
  return v.pipe(
    v.number(message),
    v.safeInteger(message),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
}

/**
 * A request's body by its schema.
 *
 * @throws ServeError 400 that names the field and what it must be, not what it was
 */
export function checkBody<T extends v.GenericSchema>(schema: T, body: unknown): v.InferOutput<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ServeError(400, 'The body must be a JSON object.', { code: 'bad_request' });
  }
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const param = v.getDotPath(issue) ?? undefined;
  throw new ServeError(
    400,
    param === undefined ? `${sentence(issue.message)}.` : `“${param}” ${what(issue)}.`,
    {
      code: 'bad_request',
      param,
    },
  );
}

function what(issue: v.BaseIssue<unknown>): string {
  if (issue.received === 'undefined') return 'is missing';
  if (issue.type === 'strict_object') return 'is no field of this request';
  return issue.message;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
