import { fromFloat16, toFloat16 } from '../graph/float16';
import type { TensorType } from './foreign-model';

/** Values as a checkpoint has them. Files are little-endian, as all machines are that run this. */
export interface StoredValues {
  readonly dtype: TensorType;
  /** Begins where a view of the values may. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes of a value. */
export const VALUE_BYTES: Readonly<Record<TensorType, number>> = { F32: 4, F16: 2, BF16: 2 };
/** Of numbers that are none and of infinities all bits of the exponent are set. */
const EXPONENT: Readonly<Record<TensorType, number>> = { F32: 0x7f800000, F16: 0x7c00, BF16: 0x7f80 };

/** The values as float32: float16 and bfloat16 fit in it exactly. */
export function widen({ dtype, bytes }: StoredValues): Float32Array<ArrayBuffer> {
  if (dtype === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const halves = bitsOf({ dtype, bytes });
  if (dtype === 'F16') return fromFloat16(halves as Uint16Array);
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** The values as bits of float16; what is too large becomes infinite. */
export function narrow(values: StoredValues): Uint16Array<ArrayBuffer> {
  if (values.dtype === 'F32') return toFloat16(widen(values));
  const halves = bitsOf(values) as Uint16Array<ArrayBuffer>;
  if (values.dtype === 'F16') return halves.slice();
  // Billions of values pass here: there are no more than these, and a look at a table is the quickest.
  halvesOfBfloat16 ??= toFloat16(widen({ dtype: 'BF16', bytes: everySixteenBits() }));
  const narrowed = new Uint16Array(halves.length);
  for (let i = 0; i < halves.length; i++) narrowed[i] = halvesOfBfloat16[halves[i]!]!;
  return narrowed;
}

let halvesOfBfloat16: Uint16Array | undefined;

function everySixteenBits(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits).buffer);
}

/** Index of the first value that is no finite number; −1 where all are. */
export function firstNotFinite(values: StoredValues): number {
  const bits = bitsOf(values);
  const exponent = EXPONENT[values.dtype];
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & exponent) === exponent) return i;
  return -1;
}

function bitsOf({ dtype, bytes }: StoredValues): Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return dtype === 'F32'
    ? new Uint32Array(buffer, byteOffset, byteLength / 4)
    : new Uint16Array(buffer, byteOffset, byteLength / 2);
}
