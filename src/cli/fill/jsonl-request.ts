import { check, isStrings, parseObject, placeIn, type LinePlace } from '../command-line/jsonl-place';

/** One line of `fill --jsonl`: the names are a public interface. */
export interface JsonlRequest extends LinePlace {
  readonly between?: readonly string[];
  readonly maxTokens?: number;
}

/**
 * Reads one line; fields it does not know are left alone.
 *
 * @throws BadLine naming the field, what it must be and what it is
 */
export function parseRequest(line: string): JsonlRequest {
  const fields = parseObject(line);
  const { between, maxTokens } = fields;
  const place = placeIn(fields);
  check(between === undefined || isStrings(between), 'between', 'a list of strings', between);
  check(
    maxTokens === undefined || (Number.isSafeInteger(maxTokens) && (maxTokens as number) >= 1),
    'maxTokens',
    'a whole number of at least 1',
    maxTokens,
  );
  return {
    ...place,
    ...(between === undefined ? {} : { between }),
    ...(maxTokens === undefined ? {} : { maxTokens: maxTokens as number }),
  };
}
