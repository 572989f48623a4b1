import type { GraphBuilder, Value } from './graph-builder';
import type { Matrices } from './matrix-form';
import { scaleName, type BlockTensor, type WeightLayout } from './weight-layout';

/** Rows are quantised to int8 as they come, block by block; the other levels multiply in float32. */
const ACCURACY_LEVEL = 4;

/** Weights in blocks, by ONNX Runtime's own operators. */
export function blockMatrices(graph: GraphBuilder, layout: WeightLayout): Matrices {
  const stored = (name: string): BlockTensor => layout.get(name) as BlockTensor;
  const scales = (name: string): Value => graph.stored(layout.get(scaleName(name))!);
  const multiply = (x: Value, name: string): Value => {
    const tensor = stored(name);
    const { bits, size } = tensor.blocks;
    const [outputs, count] = tensor.shape;
    const attributes = {
      K: count * size,
      N: outputs,
      bits,
      block_size: size,
      accuracy_level: ACCURACY_LEVEL,
    };
    return graph.runtimeOp('MatMulNBits', [x, graph.stored(tensor), scales(name)], attributes)[0]!;
  };
  return {
    embed: (ids) => {
      const tensor = stored('embedding');
      const { bits, size } = tensor.blocks;
      const [tokens, count, bytes] = tensor.shape;
      // The output matrix's bytes in the shape that the look-up wants.
      const rows = graph.stored({ ...tensor, name: 'embedding.rows', shape: [tokens, count * bytes] });
      const attributes = { bits, block_size: size, gather_axis: 0, quantize_axis: 1 };
      return graph.runtimeOp('GatherBlockQuantized', [rows, ids, scales('embedding')], attributes)[0]!;
    },
    multiply,
    logits: (x) => multiply(x, 'embedding'),
  };
}
