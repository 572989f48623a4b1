import { check, parseObject, placeIn, type LinePlace } from '../command-line/jsonl-place';

/** One line of `complete --jsonl`: the names are a public interface. */
export interface CompleteRequest extends LinePlace {
  /** A completion that a model wrote; without it the engine is asked. */
  readonly completion?: string;
  /** True, the default, to treat it as if the user had asked for it. */
  readonly asked: boolean;
}

/**
 * Reads one line; fields it does not know are left alone.
 *
 * @throws BadLine naming the field, what it must be and what it is
 */
export function parseCompleteRequest(line: string): CompleteRequest {
  const fields = parseObject(line);
  const { completion, asked = true } = fields;
  const place = placeIn(fields);
  check(completion === undefined || typeof completion === 'string', 'completion', 'a string', completion);
  check(typeof asked === 'boolean', 'asked', 'true or false', asked);
  return { ...place, asked, ...(completion === undefined ? {} : { completion }) };
}
