import type { Architecture } from './architecture';
import type { GraphBuilder, Value } from './graph-builder';

/**
 * Rotary position embedding (Su et al., arXiv 2104.09864), half-split: components i and i + headWidth/2 are turned by
 * position · base^(−2i/headWidth).
 *
 * @returns x [1, n, heads · headWidth] and positions int64 [1, n] → x turned
 */
export function rotaryEmbedding(
  graph: GraphBuilder,
  { headWidth, heads, ropeBase }: Pick<Architecture, 'headWidth' | 'heads' | 'ropeBase'>,
  positions: number,
): (x: Value, at: Value) => Value {
  const half = headWidth / 2;
  const angles = Float64Array.from(
    { length: positions * half },
    (_, i) => Math.floor(i / half) * ropeBase ** (-(i % half) / half),
  );
  const cosines = graph.constant('cosines', 'f32', [positions, half], Float32Array.from(angles, Math.cos));
  const sines = graph.constant('sines', 'f32', [positions, half], Float32Array.from(angles, Math.sin));
  return (x, at) => graph.runtimeOp('RotaryEmbedding', [x, at, cosines, sines], { num_heads: heads })[0]!;
}
