/** Why a line is not a request. */
export class BadLine extends Error {
  constructor(
    readonly code: 'line-too-long' | 'not-utf8' | 'bad-json' | 'bad-request',
    message: string,
  ) {
    super(message);
  }
}

/** The part that every line of input has: the place that is asked about, and a name of the caller's. */
export interface LinePlace {
  readonly id: string | number;
  readonly path?: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** @throws BadLine */
export function placeIn({ id, path, prefix, suffix }: Readonly<Record<string, unknown>>): LinePlace {
  check(
    typeof id === 'string' || (typeof id === 'number' && (!Number.isInteger(id) || Number.isSafeInteger(id))),
    'id',
    'a string, or a number small enough to be kept exactly',
    id,
  );
  check(path === undefined || typeof path === 'string', 'path', 'a string', path);
  check(typeof prefix === 'string', 'prefix', 'a string', prefix);
  check(typeof suffix === 'string', 'suffix', 'a string', suffix);
  return { id, prefix, suffix, ...(path === undefined ? {} : { path }) };
}

/** @throws BadLine when the line is not a JSON object */
export function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new BadLine(
      'bad-json',
      `The line is not JSON: ${(error as SyntaxError).message}. Write one JSON object a line.`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadLine('bad-request', `The line must be a JSON object, not ${nameOf(value)}.`);
  }
  return value as Record<string, unknown>;
}

export function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** @throws BadLine naming the field, what it must be and what it is */
export function check(ok: boolean, field: string, wanted: string, got: unknown): asserts ok {
  if (ok) return;
  const problem = got === undefined ? 'is missing; it must be' : 'must be';
  const instead = got === undefined ? '' : `, not ${nameOf(got)}`;
  throw new BadLine('bad-request', `“${field}” ${problem} ${wanted}${instead}.`);
}

/** Names a JSON value's kind in words, short whatever it holds. */
function nameOf(value: unknown): string {
  if (Array.isArray(value)) return isStrings(value) ? 'a list' : 'a list with other things in it';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value);
}
