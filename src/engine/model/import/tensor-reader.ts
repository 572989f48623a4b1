import { fromFloat16 } from '../graph/float16';
import { refusal, shown } from './import-error';
import type { TensorSource, TensorType } from './foreign-model';
import { readAt, type LocatedTensor } from './weight-files';

const BYTES: Readonly<Record<TensorType, number>> = { F32: 4, F16: 2, BF16: 2 };

/** A tensor that is read in pieces, each checked as it comes by. */
export function tensorSource(tensor: LocatedTensor, dtype: TensorType): TensorSource {
  const { name, file, handle, shape, begin } = tensor;
  const size = BYTES[dtype];
  return {
    name,
    file,
    dtype,
    shape,
    async read(offset, count) {
      const bytes = await readAt(file, handle, begin + offset * size, count * size);
      const values = widen(dtype, bytes);
      const bad = firstNotFinite(values);
      if (bad >= 0) {
        throw refusal(
          file,
          `the tensor ${shown(name)} holds ${values[bad]!} (element ${offset + bad}), which is no weight`,
          'The file is damaged, or the training went wrong: get it again, or take another checkpoint.',
        );
      }
      return values;
    },
  };
}

/** The bytes as float32: float16 and bfloat16 fit in it exactly. Files are little-endian, as all machines are that run this. */
function widen(dtype: TensorType, bytes: Uint8Array): Float32Array {
  if (dtype === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  if (dtype === 'F16') return fromFloat16(halves);
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Of numbers that are none and of infinities all bits of the exponent are set. */
function firstNotFinite(values: Float32Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & 0x7f800000) === 0x7f800000) return i;
  return -1;
}
