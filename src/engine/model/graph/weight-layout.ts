import type { Architecture, WeightPrecision } from '../bundle-config';
import type { ElementType } from './onnx-proto';
import { elements, parameterShapes } from './parameters';

/** Where a tensor lies in the weights file. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly offset: number;
  readonly bytes: number;
}

/** Tensors begin on pages, so that ONNX Runtime can map them instead of reading them. */
const PAGE = 4096;
const BYTES_PER_ELEMENT: Record<ElementType, number> = { f32: 4, f16: 2, i8: 1, u8: 1, i32: 4, i64: 8 };

/**
 * The weights file's tensors by name: fixed by architecture and precision alone. Gains are always float32; an int8
 * matrix has its scales beside it, one per output (`<name>.scale`).
 */
export function weightLayout(
  architecture: Architecture,
  precision: WeightPrecision,
): ReadonlyMap<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  let end = 0;
  const add = (name: string, shape: readonly number[], type: ElementType): void => {
    const offset = Math.ceil(end / PAGE) * PAGE;
    const bytes = elements(shape) * BYTES_PER_ELEMENT[type];
    tensors.set(name, { name, shape, type, offset, bytes });
    end = offset + bytes;
  };
  for (const { name, shape } of parameterShapes(architecture)) {
    const gain = shape.length === 1;
    if (gain || precision === 'f32') add(name, shape, 'f32');
    else if (precision === 'f16') add(name, shape, 'f16');
    else {
      add(name, shape, 'i8');
      add(scaleName(name), [outputs(name, shape)], 'f32');
    }
  }
  return tensors;
}

export function scaleName(parameter: string): string {
  return `${parameter}.scale`;
}

/** Bytes of the whole weights file. */
export function layoutBytes(layout: ReadonlyMap<string, StoredTensor>): number {
  return Math.max(...[...layout.values()].map(({ offset, bytes }) => offset + bytes));
}

/** Outputs of a matrix: its columns, but the embedding's rows, whose transpose is the output matrix. */
function outputs(name: string, shape: readonly number[]): number {
  return name === 'embedding' ? shape[0]! : shape[1]!;
}
