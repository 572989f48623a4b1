import { blockMatrices } from './block-matrices';
import type { GraphBuilder, Value } from './graph-builder';
import type { Matrices } from './matrix-form';
import { ELEMENT_TYPES } from './onnx-proto';
import { scaleName, type WeightLayout } from './weight-layout';

export function matrices(graph: GraphBuilder, layout: WeightLayout): Matrices {
  const { type, blocks } = layout.get('embedding')!;
  if (blocks) return blockMatrices(graph, layout);
  return type === 'i8' ? int8Matrices(graph, layout) : floatMatrices(graph, layout);
}

/** float32, or float16 that is widened once, when the session is made: so it runs on every provider. */
function floatMatrices(graph: GraphBuilder, layout: WeightLayout): Matrices {
  const widened = new Map<string, Value>();
  const matrix = (name: string): Value => {
    const tensor = layout.get(name)!;
    if (tensor.type === 'f32') return graph.stored(tensor);
    const value = widened.get(name) ?? graph.op('Cast', [graph.stored(tensor)], { to: ELEMENT_TYPES.f32 });
    widened.set(name, value);
    return value;
  };
  return {
    embed: (ids) => graph.op('Gather', [matrix('embedding'), ids]),
    multiply: (x, name) => graph.op('MatMul', [x, matrix(name)]),
    logits: (x) => graph.op('Gemm', [x, matrix('embedding')], { transB: 1 }),
  };
}

/**
 * int8 weights times rows that are quantised as they come, each with a scale of its own: a row's result does not depend
 * on the rows beside it. Every row is divided by its largest magnitude, so that one constant scale serves the operator.
 */
function int8Matrices(graph: GraphBuilder, layout: WeightLayout): Matrices {
  const step = graph.scalar(1 / 127);
  const zero = graph.constant('zero_point', 'u8', [], Uint8Array.of(128));
  const stored = (name: string): Value => graph.stored(layout.get(name)!);
  const scales = (name: string): Value => stored(scaleName(name));
  const perToken = layout.get(scaleName('embedding'))!.shape[0] !== 1;

  /** Queries, keys and values read the same rows. */
  const known = new Map<Value, { readonly rows: Value; readonly peaks: Value }>();
  const quantized = (x: Value): { readonly rows: Value; readonly peaks: Value } => {
    const before = known.get(x);
    if (before) return before;
    const largest = graph.op('ReduceMax', [graph.op('Abs', [x]), graph.integers(-1)], { keepdims: 1 });
    const peaks = graph.op('Max', [largest, graph.scalar(1e-9)]); // a row of zeros stays one
    const rows = graph.op('QuantizeLinear', [graph.op('Div', [x, peaks]), step, zero]);
    known.set(x, { rows, peaks });
    return { rows, peaks };
  };
  const multiply = (x: Value, weights: Value, weightScales: Value): Value => {
    const { rows, peaks } = quantized(x);
    const product = graph.runtimeOp('MatMulIntegerToFloat', [rows, weights, step, weightScales, zero])[0]!;
    return graph.op('Mul', [product, peaks]);
  };
  return {
    embed: (ids) => {
      const rows = graph.op('Gather', [stored('embedding'), ids]);
      const own = (): Value =>
        graph.op('Unsqueeze', [graph.op('Gather', [scales('embedding'), ids]), graph.integers(-1)]);
      const rowScales = perToken ? own() : scales('embedding');
      return graph.op('Mul', [graph.op('Cast', [rows], { to: ELEMENT_TYPES.f32 }), rowScales]);
    },
    multiply: (x, name) => multiply(x, stored(name), scales(name)),
    logits: (x) => {
      const output = graph.op('Transpose', [stored('embedding')], { perm: [1, 0] });
      return multiply(x, output, scales('embedding'));
    },
  };
}
