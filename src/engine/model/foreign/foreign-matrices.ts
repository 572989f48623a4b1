import type { GraphBuilder, Value } from '../graph/graph-builder';
import { ELEMENT_TYPES } from '../graph/onnx-proto';
import type { ForeignLayout, MatrixPiece } from './foreign-layout';

/** Rows in blocks are quantised to int8 as they come; the other levels multiply in float32. */
const ACCURACY_LEVEL = 4;

/** How float16 weights are multiplied: in float32, widened when the session is made, or as they are. */
export type HalfProducts = 'widened' | 'halves';

/** The products of an imported network. */
export interface ForeignMatrices {
  /** x [N, inputs] → x · matrixᵀ, with the matrix's bias if there is one: [N, outputs]. */
  readonly multiply: (x: Value, name: string, bias?: boolean) => Value;
  /** The same for rows of any size: in float16 they are divided by their largest magnitude first. */
  readonly multiplyLarge: (x: Value, name: string, bias?: boolean) => Value;
}

export function foreignMatrices(
  graph: GraphBuilder,
  layout: ForeignLayout,
  halves: HalfProducts,
): ForeignMatrices {
  /** Queries, keys and values read the same rows. */
  const rounded = new Map<Value, Value>();
  const toHalf = (x: Value): Value => {
    const half = rounded.get(x) ?? graph.op('Cast', [x], { to: ELEMENT_TYPES.f16 });
    rounded.set(x, half);
    return half;
  };
  const toFloat = (x: Value): Value => graph.op('Cast', [x], { to: ELEMENT_TYPES.f32 });

  const product = (x: Value, { values, scales }: MatrixPiece): Value => {
    if (values.blocks) return blockProduct(graph, x, values, scales!);
    const stored = graph.stored(values);
    if (values.type === 'f32') return graph.op('Gemm', [x, stored], { transB: 1 });
    if (halves === 'widened') return graph.op('Gemm', [x, toFloat(stored)], { transB: 1 });
    return toFloat(graph.op('Gemm', [toHalf(x), stored], { transB: 1 }));
  };
  const multiply = (x: Value, name: string, bias = false): Value => {
    const pieces = layout.matrix(name).pieces.map((piece) => product(x, piece));
    const whole = pieces.length === 1 ? pieces[0]! : graph.op('Concat', pieces, { axis: 1 });
    return bias ? graph.op('Add', [whole, graph.stored(layout.vector(`${name}.bias`))]) : whole;
  };
  const multiplyLarge = (x: Value, name: string, bias = false): Value => {
    const isHalf = layout.matrix(name).pieces[0]!.values.type === 'f16' && halves === 'halves';
    if (!isHalf) return multiply(x, name, bias);
    const largest = graph.op('ReduceMax', [graph.op('Abs', [x]), graph.integers(-1)], { keepdims: 1 });
    const peaks = graph.op('Max', [largest, graph.scalar(1e-9)]); // a row of zeros stays one
    const scaled = graph.op('Mul', [multiply(graph.op('Div', [x, peaks]), name), peaks]);
    return bias ? graph.op('Add', [scaled, graph.stored(layout.vector(`${name}.bias`))]) : scaled;
  };
  return { multiply, multiplyLarge };
}

function blockProduct(
  graph: GraphBuilder,
  x: Value,
  values: MatrixPiece['values'],
  scales: NonNullable<MatrixPiece['scales']>,
): Value {
  const { bits, size } = values.blocks!;
  const [outputs, count] = values.shape as [number, number, number];
  const attributes = { K: count * size, N: outputs, bits, block_size: size, accuracy_level: ACCURACY_LEVEL };
  return graph.runtimeOp('MatMulNBits', [x, graph.stored(values), graph.stored(scales)], attributes)[0]!;
}
