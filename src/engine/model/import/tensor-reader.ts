import { refusal, shown } from './import-error';
import type { TensorSource, TensorType } from './foreign-model';
import { firstNotFinite, VALUE_BYTES, widen } from './stored-values';
import { readAt, type LocatedTensor } from './weight-files';

/** A tensor that is read in pieces. */
export function tensorSource(tensor: LocatedTensor, dtype: TensorType): TensorSource {
  const { name, file, handle, shape, begin } = tensor;
  const size = VALUE_BYTES[dtype];
  return {
    name,
    file,
    dtype,
    shape,
    read: (offset, count) => readAt(file, handle, begin + offset * size, count * size),
  };
}

/**
 * Reads elements, widened to float32, which loses nothing.
 *
 * @throws EngineError `import-refused` when the file has changed or a value is not a finite number
 */
export async function readValues(
  tensor: TensorSource,
  offset: number,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  const stored = { dtype: tensor.dtype, bytes: await tensor.read(offset, count) };
  const bad = firstNotFinite(stored);
  const values = widen(stored);
  if (bad >= 0) throw noWeight(tensor, offset + bad, values[bad]!);
  return values;
}

/** @param element its index in the tensor */
export function noWeight({ name, file }: TensorSource, element: number, value: number): Error {
  return refusal(
    file,
    `the tensor ${shown(name)} holds ${value} (element ${element}), which is no weight`,
    'The file is damaged, or the training went wrong: get it again, or take another checkpoint.',
  );
}
