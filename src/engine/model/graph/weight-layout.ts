import type { Architecture, WeightPrecision } from './architecture';
import type { ElementType } from './onnx-proto';
import { elements, parameterShapes } from './parameters';
import type { BlockFormat } from './quantize-blocks';

/** Where a tensor lies in the weights file. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly offset: number;
  readonly bytes: number;
  /** Which weights file, where there are several. */
  readonly file?: string;
  /** Of a matrix in blocks, which is [outputs, blocks, bytes of a block]. */
  readonly blocks?: BlockFormat;
}

/** A matrix in blocks. */
export interface BlockTensor extends StoredTensor {
  readonly shape: readonly [outputs: number, blocks: number, bytes: number];
  readonly blocks: BlockFormat;
}

/** A weights file's tensors by name. */
export type WeightLayout = ReadonlyMap<string, StoredTensor>;

/** Tensors begin on pages, so that ONNX Runtime can map them instead of reading them. */
const PAGE = 4096;
const BYTES_PER_ELEMENT: Record<ElementType, number> = { f32: 4, f16: 2, i8: 1, u8: 1, i32: 4, i64: 8 };

/** Inputs that share a scale. */
const BLOCK_SIZE = 32;

/**
 * The weights file's tensors by name: fixed by architecture and precision alone. Gains are always float32; a quantised
 * matrix has its scales beside it (`<name>.scale`).
 */
export function weightLayout(architecture: Architecture, precision: WeightPrecision): WeightLayout {
  const tensors = new Map<string, StoredTensor>();
  let end = 0;
  const add = (
    name: string,
    shape: readonly number[],
    type: ElementType,
    more: Pick<StoredTensor, 'blocks'> = {},
  ): void => {
    const offset = Math.ceil(end / PAGE) * PAGE;
    const bytes = elements(shape) * BYTES_PER_ELEMENT[type];
    tensors.set(name, { name, shape, type, offset, bytes, ...more });
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
  return tensors;
}

export function scaleName(parameter: string): string {
  return `${parameter}.scale`;
}

/** Bytes of the whole weights file. */
export function layoutBytes(layout: WeightLayout): number {
  return Math.max(...[...layout.values()].map(({ offset, bytes }) => offset + bytes));
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
