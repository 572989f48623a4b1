import { toFloat16 } from '../../../src/engine/model/graph/float16';

/** A tensor to be written: values are rounded to its type. */
export interface TestTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type TestTensors = ReadonlyMap<string, TestTensor>;

/** An entry of a header, right or wrong. */
export interface HeaderEntry {
  dtype: unknown;
  shape: unknown;
  data_offsets: unknown;
}

/** The damage that a file is to have. */
export interface FileChange {
  /** Names and entries in the order of the header; a name may come twice. */
  readonly entries?: (entries: [name: string, entry: HeaderEntry][]) => void;
  /** The header's text. */
  readonly header?: (text: string) => string;
  /** The number in the first eight bytes instead of the header's length. */
  readonly length?: bigint;
  /** Bytes of nothing before a tensor. */
  readonly gap?: { readonly before: string; readonly bytes: number };
  /** The whole file. */
  readonly file?: (file: Buffer) => Buffer;
}

/** A safetensors file, written here byte by byte so that it can be wrong in every way. */
export function safetensorsFile(tensors: TestTensors, change: FileChange = {}): Buffer {
  const entries: [string, HeaderEntry][] = [];
  const parts: Buffer[] = [];
  let end = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    if (change.gap?.before === name) {
      parts.push(Buffer.alloc(change.gap.bytes));
      end += change.gap.bytes;
    }
    const bytes = encode(dtype, data);
    entries.push([name, { dtype, shape, data_offsets: [end, end + bytes.length] }]);
    parts.push(bytes);
    end += bytes.length;
  }
  change.entries?.(entries);
  const text = `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`;
  const header = Buffer.from((change.header ?? padded)(text));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(change.length ?? BigInt(header.length));
  const file = Buffer.concat([length, header, ...parts]);
  return change.file ? change.file(file) : file;
}

function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 8) * 8);
}

function encode(dtype: string, data: Float32Array): Buffer {
  const bytesOf = (view: ArrayBufferView): Buffer =>
    Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  switch (dtype) {
    case 'F64':
      return bytesOf(Float64Array.from(data));
    case 'F32':
      return bytesOf(Float32Array.from(data));
    case 'F16':
      return bytesOf(toFloat16(data));
    case 'BF16':
      return bytesOf(
        Uint16Array.from(new Uint32Array(Float32Array.from(data).buffer), (bits) => bits >>> 16),
      );
    case 'I64':
      return bytesOf(BigInt64Array.from(data, (value) => BigInt(Math.trunc(value))));
    default:
      return bytesOf(Int8Array.from(data, (value) => value * 100));
  }
}
