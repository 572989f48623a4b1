import type { TensorSource } from '../import/foreign-model';
import { refusal, shown } from '../import/import-error';
import { noWeight, readValues } from '../import/tensor-reader';
import type { ForeignTensor, MatrixPiece } from './foreign-layout';
import type { RowEncoders } from './row-encoders';

/** Elements held at once: 16 MB as float32. */
const CHUNK = 1 << 22;

/** Data, and where in its file it belongs. */
export interface EncodedChunk {
  readonly file: string;
  readonly offset: number;
  readonly data: ArrayBufferView;
}

/** Makes chunks that follow each other in a file. Tasks may overlap; what they make is wanted in their order. */
export type EncodeTask = () => Promise<readonly EncodedChunk[]>;

/** A vector as float32. */
export function vectorTask({ file, offset }: ForeignTensor, source: TensorSource): EncodeTask {
  const elements = source.shape.reduce((product, size) => product * size, 1);
  return async () => [{ file, offset, data: await readValues(source, 0, elements) }];
}

/**
 * A piece of a matrix in its precision, some rows at a time: memory holds a few chunks, whatever the matrix's size.
 * A task throws when a value is beyond what float16 holds.
 */
export function* pieceTasks(
  { first, outputs, values, scales }: MatrixPiece,
  inputs: number,
  source: TensorSource,
  encoders: RowEncoders,
): Generator<EncodeTask, void> {
  const { file, type, blocks } = values;
  const form = blocks ?? (type === 'f16' ? 'f16' : undefined);
  const step = Math.max(1, Math.floor(CHUNK / inputs));
  const factors: EncodedChunk[] = [];
  for (let row = 0, index = 0; row < outputs; row += step, index++) {
    const rows = Math.min(step, outputs - row);
    const chunk = { file, offset: values.offset + row * (values.bytes / outputs) };
    const place = index;
    yield async () => {
      const begin = (first + row) * inputs;
      if (!form) return [{ ...chunk, data: await readValues(source, begin, rows * inputs) }];
      const bytes = await source.read(begin, rows * inputs);
      const encoded = await encoders.encode({ dtype: source.dtype, bytes, inputs }, form);
      if (encoded.bad) throw noWeight(source, begin + encoded.bad.element, encoded.bad.value);
      if (encoded.overflows) throw beyondFloat16(source);
      if (scales && encoded.scales) {
        const offset = scales.offset + row * (scales.bytes / outputs);
        factors[place] = { file: scales.file, offset, data: encoded.scales };
      }
      return [{ ...chunk, data: encoded.values }];
    };
  }
  // The scales lie behind the values. All of them are there when this task's turn comes.
  if (scales) yield () => Promise.resolve(factors);
}

function beyondFloat16({ name, file }: TensorSource): Error {
  return refusal(
    file,
    `the tensor ${shown(name)} holds values beyond 65504, the most that float16 can hold`,
    'Import it with the precision int8-blocks or int4-blocks.',
  );
}
