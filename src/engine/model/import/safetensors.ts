import { GET_AGAIN, refusal, shown } from './import-error';
import { checkContent, isObject, parseStrictObject } from './strict-json';

/** Bits of an element, for each type that the format knows (safetensors 0.6, `Dtype`). */
const BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/** The bytes of the header's length, with which a file begins. */
export const LENGTH_BYTES = 8;
/** The format's own limit. */
const MOST_HEADER_BYTES = 100e6;
const METADATA = '__metadata__';
const WRITE_AGAIN = 'The file is damaged, or was written wrongly: get it again, or save the model anew.';
const DOWNLOAD_AGAIN = 'The download is incomplete: get the file again.';

/** Where a tensor lies, as the header says. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** From the file's beginning, in bytes. */
  readonly begin: number;
  /** Behind its last byte. */
  readonly end: number;
}

/**
 * Length of the header that a file begins with.
 *
 * @param beginning the file's first bytes: 8, and some more where there are
 * @param size of the whole file
 * @throws EngineError `import-refused` when this is no safetensors file
 */
export function headerLength(file: string, beginning: Uint8Array, size: number): number {
  if (size > 0) checkContent(file, new TextDecoder('latin1').decode(beginning));
  checkOtherFormats(file, beginning, size);
  if (size < LENGTH_BYTES) {
    throw refusal(
      file,
      `it has ${size} bytes, fewer than the ${LENGTH_BYTES} that a safetensors file begins with`,
      DOWNLOAD_AGAIN,
    );
  }
  const view = new DataView(beginning.buffer, beginning.byteOffset, beginning.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MOST_HEADER_BYTES)) {
    throw refusal(
      file,
      `its first eight bytes ask for a header of ${length} bytes; ${MOST_HEADER_BYTES} is the most that the format allows`,
      'This is no safetensors file, or a damaged one: get it again.',
    );
  }
  if (Number(length) > size - LENGTH_BYTES) {
    throw refusal(
      file,
      `its header should have ${length} bytes, but the whole file has ${size}`,
      'The download is incomplete, or this is no safetensors file: get it again.',
    );
  }
  return Number(length);
}

function checkOtherFormats(file: string, beginning: Uint8Array, size: number): void {
  const text = new TextDecoder('latin1').decode(beginning);
  const other = text.startsWith('GGUF')
    ? 'it is GGUF'
    : text.startsWith('PK\x03\x04')
      ? 'it is a zip archive, as pickled weights are'
      : // A header's length has zeros among its eight bytes; a message of a server has none.
        size >= LENGTH_BYTES && /^[\t\n\r -~]+$/.test(text)
        ? `it is text, which begins with ${shown(text.slice(0, 40))}`
        : undefined;
  if (other === undefined) return;
  throw refusal(
    file,
    `${other}; safetensors is wanted`,
    'Get the file again, or give a checkpoint whose weights are in safetensors files.',
  );
}

/**
 * Reads a header and checks that its tensors fill the file: each byte belongs to one tensor and one only, as the format
 * demands. Nothing is believed that the file's size does not bear out.
 *
 * @param header the bytes behind the length
 * @param size of the whole file
 * @throws EngineError `import-refused` naming the file and the tensor
 */
export function parseHeader(file: string, header: Uint8Array, size: number): Map<string, StoredTensor> {
  const entries = parseStrictObject(`${file} (header)`, headerText(file, header));
  checkMetadata(file, entries[METADATA]);
  const start = LENGTH_BYTES + header.length;
  const tensors = Object.entries(entries)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => readTensor(file, name, entry, start));
  checkPlaces(file, tensors, start, size);
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

function headerText(file: string, header: Uint8Array): string {
  if (header[0] !== 0x7b) {
    throw refusal(
      file,
      'its header does not begin with "{"',
      'This is no safetensors file, or a damaged one: get it again.',
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(header);
  } catch {
    throw refusal(file, 'its header is not UTF-8 text', GET_AGAIN);
  }
}

function checkMetadata(file: string, metadata: unknown): void {
  if (metadata === undefined) return;
  if (isObject(metadata) && Object.values(metadata).every((value) => typeof value === 'string')) return;
  throw refusal(file, `${METADATA} in its header is not an object of texts`, WRITE_AGAIN);
}

function readTensor(file: string, name: string, entry: unknown, start: number): StoredTensor {
  const wrong = (what: string): Error => refusal(file, `the tensor ${shown(name)} ${what}`, WRITE_AGAIN);
  if (!isObject(entry)) throw wrong('is described by no object');
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(BITS, dtype)) {
    throw wrong(`has the type ${shown(dtype)}, which the format does not know`);
  }
  if (!isSizes(shape)) throw wrong(`has the shape ${shown(shape)}; a list of whole numbers is wanted`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw wrong(`has the data_offsets ${shown(offsets)}; two whole numbers are wanted`);
  }
  const [begin, end] = offsets as [number, number];
  if (end < begin) throw wrong(`begins at byte ${begin}, behind its end at byte ${end}`);
  // Bigints do not wrap round: 2^32 times 2^32 is not 0.
  const bits = shape.reduce((product, extent) => product * BigInt(extent), BigInt(BITS[dtype]!));
  if (bits !== BigInt(end - begin) * 8n) {
    throw wrong(
      `of type ${dtype} and shape [${shape.join(', ')}] needs ${bits / 8n} bytes; its data_offsets give ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin: start + begin, end: start + end };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && (one as number) >= 0);
}

function checkPlaces(file: string, tensors: readonly StoredTensor[], start: number, size: number): void {
  const wrong = (what: string): Error => refusal(file, what, WRITE_AGAIN);
  const sorted = [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end);
  const gap = sorted.findIndex(({ begin }, i) => begin !== (sorted[i - 1]?.end ?? start));
  const end = sorted.at(-1)?.end ?? start;
  if (gap < 0 && end > size) {
    throw refusal(
      file,
      `${end - size} of the ${end} bytes that its header describes are missing`,
      DOWNLOAD_AGAIN,
    );
  }
  const outside = sorted.find((tensor) => tensor.end > size);
  if (outside) {
    throw wrong(
      `the tensor ${shown(outside.name)} would end at byte ${outside.end}, behind the file's ${size} bytes`,
    );
  }
  if (gap >= 0) {
    const { name, begin } = sorted[gap]!;
    const before = sorted[gap - 1];
    throw before && begin < before.end
      ? wrong(`the tensors ${shown(before.name)} and ${shown(name)} share bytes`)
      : wrong(`${begin - (before?.end ?? start)} bytes before the tensor ${shown(name)} belong to no tensor`);
  }
  if (end < size) throw wrong(`${size - end} bytes behind the last tensor belong to no tensor`);
}
