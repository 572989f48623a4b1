import { toFloat16 } from '../graph/float16';
import { quantizeBlocks } from '../graph/quantize-blocks';
import type { TensorSource } from '../import/foreign-model';
import type { ForeignTensor, MatrixPiece } from './foreign-layout';

/** Elements held at once: 16 MB as float32. */
const CHUNK = 1 << 22;

/** Data, and where in its file it belongs. */
export interface EncodedChunk {
  readonly file: string;
  readonly offset: number;
  readonly data: ArrayBufferView;
}

/** A vector as float32. */
export async function* encodeVector(
  { file, offset }: ForeignTensor,
  source: TensorSource,
): AsyncGenerator<EncodedChunk, void> {
  const elements = source.shape.reduce((product, size) => product * size, 1);
  yield { file, offset, data: await source.read(0, elements) };
}

/**
 * A piece of a matrix in its precision, some rows at a time: memory holds a few chunks, whatever the matrix's size.
 *
 * @throws Error when a value is beyond what float16 holds
 */
export async function* encodePiece(
  { first, outputs, values, scales }: MatrixPiece,
  inputs: number,
  source: TensorSource,
): AsyncGenerator<EncodedChunk, void> {
  const { file, type, blocks } = values;
  const step = Math.max(1, Math.floor(CHUNK / inputs));
  const factors: Float32Array[] = [];
  for (let row = 0; row < outputs; row += step) {
    const rows = Math.min(step, outputs - row);
    const data = await source.read((first + row) * inputs, rows * inputs);
    const offset = values.offset + row * (values.bytes / outputs);
    if (blocks) {
      const quantized = quantizeBlocks(data, inputs, true, blocks);
      factors.push(quantized.scales);
      yield { file, offset, data: quantized.values };
    } else yield { file, offset, data: type === 'f16' ? halvesOf(data, source) : data };
  }
  let { offset } = scales ?? values;
  for (const data of factors) {
    yield { file: scales!.file, offset, data };
    offset += data.byteLength;
  }
}

function halvesOf(data: Float32Array, { name, file }: TensorSource): Uint16Array {
  const halves = toFloat16(data);
  let infinite = 0;
  for (let i = 0; i < halves.length; i++) if ((halves[i]! & 0x7fff) === 0x7c00) infinite++;
  if (infinite > 0) {
    throw new Error(
      `The tensor ${name} of ${file} holds values beyond 65504, the most that float16 can hold. ` +
        'Import it with the precision int8-blocks or int4-blocks.',
    );
  }
  return halves;
}
