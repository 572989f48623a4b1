import type { Architecture, WeightPrecision } from './architecture';
import type { ElementType } from './onnx-proto';
import { elements, parameterShapes } from './parameters';
import type { BlockFormat } from './quantize-blocks';

/** Where a tensor lies in the weights files. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly offset: number;
  readonly bytes: number;
  /** Name of the weights file. */
  readonly file: string;
  /** Of a matrix in blocks, which is [outputs, blocks, bytes of a block]. */
  readonly blocks?: BlockFormat;
}

/** A matrix in blocks. */
export interface BlockTensor extends StoredTensor {
  readonly shape: readonly [outputs: number, blocks: number, bytes: number];
  readonly blocks: BlockFormat;
}

/** The weights files' tensors by name. */
export type WeightLayout = ReadonlyMap<string, StoredTensor>;

/** Tensors begin on pages, so that ONNX Runtime can map them instead of reading them. */
const PAGE = 4096;
const BYTES_PER_ELEMENT: Record<ElementType, number> = { f32: 4, f16: 2, i8: 1, u8: 1, i32: 4, i64: 8 };

/** The most that a weights file holds where there are several: hosts of repositories warn of files beyond 50 MB. */
const MOST_FILE_BYTES = 48e6;

/** Inputs that share a scale. */
const BLOCK_SIZE = 32;

/**
 * The tensors by name, and where each lies: fixed by architecture, precision and whether all are in one file. Gains are
 * always float32; a quantised matrix has its scales beside it (`<name>.scale`).
 *
 * @param names the weights files: a single one holds everything, several at most 48 MB each (default: as many as that
 *   needs, by the names that a new bundle gives them)
 * @throws Error if `names` are several and not as many as are needed
 */
export function weightLayout(
  architecture: Architecture,
  precision: WeightPrecision,
  names?: readonly string[],
): WeightLayout {
  const most = names?.length === 1 ? Infinity : MOST_FILE_BYTES;
  const parts: Omit<StoredTensor, 'file'>[][] = [[]];
  let end = 0;
  const add = (
    name: string,
    shape: readonly number[],
    type: ElementType,
    more: Pick<StoredTensor, 'blocks'> = {},
  ): void => {
    let offset = Math.ceil(end / PAGE) * PAGE;
    const bytes = elements(shape) * BYTES_PER_ELEMENT[type];
    if (offset > 0 && offset + bytes > most) {
      parts.push([]);
      offset = 0;
    }
    parts.at(-1)!.push({ name, shape, type, offset, bytes, ...more });
    end = offset + bytes;
  };
  for (const { name, shape } of parameterShapes(architecture)) {
    const gain = shape.length === 1;
    if (gain || precision === 'f32') add(name, shape, 'f32');
    else if (precision === 'f16') add(name, shape, 'f16');
    else {
      const [inputs, outputs] = sides(name, shape);
      const blocks = blockFormat(precision, name);
      if (blocks) {
        const count = Math.ceil(inputs / blocks.size);
        add(name, [outputs, count, (blocks.size * blocks.bits) / 8], 'u8', { blocks });
        add(scaleName(name), [outputs, count], 'f32');
      } else {
        add(name, shape, 'i8');
        add(scaleName(name), [precision === 'int8' ? outputs : 1], 'f32');
      }
    }
  }
  const files = names ?? newNames(parts.length);
  if (files.length !== parts.length) {
    throw new Error(`The weights lie in ${parts.length} files, not in ${files.length}.`);
  }
  return new Map(
    parts.flatMap((part, i) => part.map((tensor) => [tensor.name, { ...tensor, file: files[i]! }])),
  );
}

function newNames(count: number): readonly string[] {
  return count === 1 ? ['weights.bin'] : Array.from({ length: count }, (_, i) => `weights-${i + 1}.bin`);
}

export function scaleName(parameter: string): string {
  return `${parameter}.scale`;
}

/** Bytes of each weights file, by its name. */
export function fileBytes(layout: WeightLayout): ReadonlyMap<string, number> {
  // A file ends with the last of its tensors.
  return new Map([...layout.values()].map(({ file, offset, bytes }) => [file, offset + bytes]));
}

/** The embedding is [outputs, inputs] where it is multiplied; every other matrix is [inputs, outputs]. */
export function isTransposed(name: string): boolean {
  return name === 'embedding';
}

/** @returns a matrix's inputs and outputs */
export function sides(name: string, shape: readonly number[]): readonly [inputs: number, outputs: number] {
  const [rows, columns] = shape as [number, number];
  return isTransposed(name) ? [columns, rows] : [rows, columns];
}

function blockFormat(precision: WeightPrecision, name: string): BlockFormat | undefined {
  if (precision === 'int8-blocks') return { bits: 8, size: BLOCK_SIZE };
  // With 4 bits in the embedding, too, the loss is more than three times as large.
  if (precision === 'int4-blocks') return { bits: name === 'embedding' ? 8 : 4, size: BLOCK_SIZE };
  return undefined;
}
