import type { Architecture } from './architecture';
import { GraphBuilder, type Value } from './graph-builder';

/**
 * A graph that turns cached keys to other positions, where they lie in a GPU's memory. Rotary embeddings add up (Su et al.,
 * arXiv 2104.09864, equation 16): a key at position p, turned by d more positions, is the key at p + d.
 *
 * Inputs: `cosines` and `sines` float32 [P, headWidth / 2] of each row's angles; `past_k_i` float32 [1, heads, P, headWidth]
 * for every layer i. Outputs: `k_i`, as large.
 *
 * @returns the bytes of an ONNX model without weights
 */
export function buildTurning({ layers, heads, headWidth }: Architecture): Uint8Array {
  const graph = new GraphBuilder();
  const half = headWidth / 2;
  const cosines = graph.input('cosines', 'f32', ['P', half]);
  const sines = graph.input('sines', 'f32', ['P', half]);
  const shape = [1, heads, 'P', headWidth];
  const times = (a: Value, b: Value): Value => graph.op('Mul', [a, b]);
  for (let layer = 0; layer < layers; layer++) {
    const keys = graph.input(`past_k_${layer}`, 'f32', shape);
    const [first, second] = graph.ops('Split', [keys, graph.integers(half, half)], { axis: 3 }, 2) as [
      Value,
      Value,
    ];
    const turned = [
      graph.op('Sub', [times(first, cosines), times(second, sines)]),
      graph.op('Add', [times(second, cosines), times(first, sines)]),
    ];
    graph.output(`k_${layer}`, graph.op('Concat', turned, { axis: 3 }), 'f32', shape);
  }
  return graph.encode('turning');
}
