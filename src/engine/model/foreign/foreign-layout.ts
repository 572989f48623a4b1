import type { ElementType } from '../graph/onnx-proto';
import type { BlockFormat } from '../graph/quantize-blocks';
import type { StoredTensor } from '../graph/weight-layout';
import type { ForeignModel } from '../import/foreign-model';
import { BLOCK_SIZES, type ForeignPrecision } from './foreign-config';

/** Some of a matrix's outputs, which are its rows: what a GPU can bind at once. */
export interface MatrixPiece {
  /** Index of the first output. */
  readonly first: number;
  readonly outputs: number;
  /** [outputs, inputs], or in blocks [outputs, blocks, bytes of a block]. */
  readonly values: ForeignTensor;
  /** Of values in blocks, float32 [outputs, blocks]. */
  readonly scales: ForeignTensor | undefined;
}

/** A tensor in one of the weights files. */
export interface ForeignTensor extends StoredTensor {
  readonly file: string;
}

/** A matrix [outputs, inputs], as PyTorch has it: rows · matrixᵀ. */
export interface StoredMatrix {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly pieces: readonly MatrixPiece[];
}

/** Where an imported network's tensors lie. */
export interface ForeignLayout {
  /** In the order that they lie in; matrices, and vectors as float32. */
  readonly tensors: readonly (StoredMatrix | ForeignTensor)[];
  matrix(name: string): StoredMatrix;
  vector(name: string): ForeignTensor;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** In bytes: what every WebGPU adapter binds, 128 MiB, and where some file systems and servers end. */
const LARGEST = { piece: 2 ** 27, file: 2e9 };
/** Tensors begin on pages, so that ONNX Runtime can map them instead of reading them. */
const PAGE = 4096;
const BYTES: Partial<Record<ElementType, number>> = { f32: 4, f16: 2, u8: 1 };
const LEAST_BLOCK = BLOCK_SIZES[0];

/** Names and shapes of a network's tensors, as `ForeignSource` has them, in the order that they are stored in. */
export function foreignTensors(model: ForeignModel): { name: string; shape: readonly number[] }[] {
  const { layers, width, heads, keyValueHeads, headWidth, swiglu, vocabulary, biases } = model;
  const all: { name: string; shape: readonly number[] }[] = [];
  const add = (name: string, ...shape: number[]): number => all.push({ name, shape });
  add('embedding', vocabulary, width);
  for (let layer = 0; layer < layers; layer++) {
    const product = (part: string, outputs: number, inputs: number, bias: boolean): void => {
      add(`layer.${layer}.${part}`, outputs, inputs);
      if (bias) add(`layer.${layer}.${part}.bias`, outputs);
    };
    const norm = (part: string, size: number): number => add(`layer.${layer}.${part}`, size);
    norm('norm1', width);
    product('query', heads * headWidth, width, biases.queryKeyValue);
    product('key', keyValueHeads * headWidth, width, biases.queryKeyValue);
    product('value', keyValueHeads * headWidth, width, biases.queryKeyValue);
    if (model.queryKeyNorm) {
      norm('queryNorm', headWidth);
      norm('keyNorm', headWidth);
    }
    product('output', width, heads * headWidth, biases.output);
    norm('norm2', width);
    product('gate', swiglu, width, biases.feedForward);
    product('up', swiglu, width, biases.feedForward);
    product('down', width, swiglu, biases.feedForward);
  }
  add('norm', width);
  if (!model.tied) add('head', vocabulary, width);
  return all;
}

/**
 * Fixed by the model and the precision alone.
 *
 * @param blockSize inputs that share a scale, where a weight has 8 bits
 * @param largest pieces and files, in bytes; a bundle's are the default
 * @throws Error when a matrix cannot be cut into blocks
 */
export function foreignLayout(
  model: ForeignModel,
  precision: ForeignPrecision,
  blockSize: number = LEAST_BLOCK,
  largest = LARGEST,
): ForeignLayout {
  const files: { name: string; bytes: number }[] = [];
  const place = (name: string, shape: readonly number[], type: ElementType): ForeignTensor => {
    const bytes = shape.reduce((product, size) => product * size, BYTES[type]!);
    const last = files.at(-1);
    const offset = Math.ceil((last?.bytes ?? 0) / PAGE) * PAGE;
    if (last && offset + bytes <= largest.file) {
      last.bytes = offset + bytes;
      return { name, shape, type, offset, bytes, file: last.name };
    }
    const file = { name: `weights-${files.length + 1}.bin`, bytes };
    files.push(file);
    return { name, shape, type, offset: 0, bytes, file: file.name };
  };
  const tensors = foreignTensors(model).map(({ name, shape }) => {
    const [outputs, inputs] = shape as [number, number | undefined];
    if (inputs === undefined) return place(name, shape, 'f32');
    const form = formOf(model, precision, name, blockSize);
    return storedMatrix({ name, outputs, inputs }, form, largest.piece, place);
  });
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    tensors,
    matrix: (name) => byName.get(name) as StoredMatrix,
    vector: (name) => byName.get(name) as ForeignTensor,
    files,
  };
}

/** The largest blocks that every matrix of the network can be cut into; the least where none can. */
export function largestBlock({ width, heads, headWidth, swiglu }: ForeignModel): number {
  const fits = BLOCK_SIZES.filter((size) => [width, heads * headWidth, swiglu].every((n) => n % size === 0));
  return fits.at(-1) ?? LEAST_BLOCK;
}

/** The matrix that rows are turned into logits by. */
export function headName({ tied }: Pick<ForeignModel, 'tied'>): 'embedding' | 'head' {
  return tied ? 'embedding' : 'head';
}

type Form = 'f32' | 'f16' | BlockFormat;

function formOf(model: ForeignModel, precision: ForeignPrecision, name: string, blockSize: number): Form {
  if (precision === 'f32' || precision === 'f16') return precision;
  // An embedding that is no output matrix is never multiplied: it stays on the disk.
  if (name === 'embedding' && !model.tied) return 'f16';
  const isFine = precision === 'int8-blocks' || name === headName(model);
  return isFine ? { bits: 8, size: blockSize } : { bits: 4, size: LEAST_BLOCK };
}

function storedMatrix(
  { name, outputs, inputs }: Omit<StoredMatrix, 'pieces'>,
  form: Form,
  largest: number,
  place: (name: string, shape: readonly number[], type: ElementType) => ForeignTensor,
): StoredMatrix {
  const blocks = typeof form === 'string' ? undefined : form;
  if (blocks && inputs % blocks.size !== 0) {
    throw new Error(
      `The matrix "${name}" has ${inputs} inputs, which blocks of ${blocks.size} do not divide. Choose the precision f16.`,
    );
  }
  const rowBytes = inputs * (typeof form === 'string' ? BYTES[form]! : form.bits / 8);
  const count = Math.ceil((outputs * rowBytes) / largest);
  const size = Math.ceil(outputs / count);
  const pieces: MatrixPiece[] = [];
  for (let first = 0; first < outputs; first += size) {
    const rows = Math.min(size, outputs - first);
    const own = `${name}.${first}`;
    if (!blocks) {
      const values = place(own, [rows, inputs], form as 'f32' | 'f16');
      pieces.push({ first, outputs: rows, values, scales: undefined });
      continue;
    }
    const perRow = inputs / blocks.size;
    const values = place(own, [rows, perRow, (blocks.size * blocks.bits) / 8], 'u8');
    const scales = place(`${own}.scale`, [rows, perRow], 'f32');
    pieces.push({ first, outputs: rows, values: { ...values, blocks }, scales });
  }
  return { name, inputs, outputs, pieces };
}
