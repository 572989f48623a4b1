import * as v from 'valibot';
import { checkBody, optional, TEXT, whole } from '../http/check-body';
import { parseJson } from '../http/read-body';
import { ServeError } from '../http/serve-error';

/** Bytes of a text's length in a BYTES tensor, little endian. */
const LENGTH_BYTES = 4;

const PARAMETERS = optional(v.record(v.string(), v.unknown(), 'must be an object'));

const INPUT = v.object(
  {
    name: TEXT,
    shape: v.array(whole(0), 'must be a list of whole numbers'),
    datatype: TEXT,
    parameters: PARAMETERS,
    data: optional(v.array(v.unknown(), 'must be a list')),
  },
  'must be an object',
);

const REQUEST = v.object({
  id: optional(TEXT),
  parameters: PARAMETERS,
  inputs: v.array(INPUT, 'must be a list of tensors'),
  outputs: optional(
    v.array(v.object({ name: TEXT, parameters: PARAMETERS }, 'must be an object'), 'must be a list'),
  ),
});

/** A request to infer, its texts read. */
export interface InferRequest {
  readonly id: string | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Each tensor's texts, by its name. */
  readonly inputs: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly texts: readonly string[] }
  >;
  readonly outputs: readonly string[] | undefined;
  /** The texts are to come back as bytes behind the JSON. */
  readonly binaryOutput: boolean;
}

/**
 * Reads a request of the Open Inference Protocol: JSON, or JSON of a known length and the tensors' bytes behind it.
 *
 * @param jsonLength as the header says it
 * @throws ServeError 400
 * @see https://github.com/kserve/open-inference-protocol, extension binary_tensor_data
 */
export function readInferRequest(body: unknown, jsonLength: string | undefined): InferRequest {
  const { json, binary } = split(body, jsonLength);
  const { id, parameters, inputs, outputs } = checkBody(REQUEST, json);
  const twice = inputs.find(({ name }, i) => inputs.findIndex((other) => other.name === name) < i);
  if (twice) throw bad(`The tensor “${twice.name}” stands in the request more than once`);
  let rest = binary;
  const texts = inputs.map((input) => {
    const { name, shape, datatype } = input;
    if (datatype !== 'BYTES')
      throw bad(`The tensor “${name}” must be of datatype BYTES, not ${datatype.slice(0, 20)}`);
    const size = input.parameters?.['binary_data_size'];
    let read: string[];
    if (size === undefined) {
      read = textsOfJson(name, input.data);
    } else {
      if (!Number.isSafeInteger(size) || (size as number) < 0 || (size as number) > rest.length) {
        throw bad(`“binary_data_size” of the tensor “${name}” does not fit the body`);
      }
      read = textsOfBytes(name, rest.subarray(0, size as number));
      rest = rest.subarray(size as number);
    }
    const count = shape.reduce((product, length) => product * length, 1);
    if (count !== read.length)
      throw bad(`The tensor “${name}” has ${read.length} texts and a shape for ${count}`);
    return [name, { shape, texts: read }] as const;
  });
  if (rest.length > 0) throw bad(`The body has ${rest.length} bytes more than its tensors`);
  return {
    id: id ?? undefined,
    parameters: parameters ?? {},
    inputs: new Map(texts),
    outputs: outputs?.map(({ name }) => name),
    binaryOutput:
      parameters?.['binary_data_output'] === true ||
      outputs?.some((output) => output.parameters?.['binary_data'] === true) === true,
  };
}

/** Texts as a BYTES tensor: each behind its length. */
export function bytesOfTexts(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

function split(body: unknown, jsonLength: string | undefined): { json: unknown; binary: Buffer } {
  if (!Buffer.isBuffer(body)) return { json: body, binary: Buffer.alloc(0) };
  const length = Number(jsonLength);
  if (!/^\d+$/.test(jsonLength ?? '') || length > body.length) {
    throw bad('The header Inference-Header-Content-Length does not fit the body');
  }
  return { json: parseJson(body.subarray(0, length)), binary: body.subarray(length) };
}

/** Data may be nested as its shape is. */
function textsOfJson(name: string, data: readonly unknown[] | null | undefined): string[] {
  if (!data) throw bad(`The tensor “${name}” has no “data”`);
  return data.flat(Infinity).map((text) => {
    if (typeof text !== 'string') throw bad(`“data” of the tensor “${name}” must be texts`);
    return text;
  });
}

function textsOfBytes(name: string, bytes: Buffer): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at + LENGTH_BYTES;
    const end = start <= bytes.length ? start + bytes.readUInt32LE(at) : Infinity;
    if (end > bytes.length) throw bad(`The bytes of the tensor “${name}” end within a text`);
    try {
      texts.push(decoder.decode(bytes.subarray(start, end)));
    } catch {
      throw bad(`A text of the tensor “${name}” is not UTF-8`);
    }
    at = end;
  }
  return texts;
}

function bad(message: string): ServeError {
  return new ServeError(400, `${message}.`, { code: 'bad_request' });
}
