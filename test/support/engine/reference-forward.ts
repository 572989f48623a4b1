import type { Architecture } from '../../../src/engine/model/graph/architecture';
import type { Parameters } from '../../../src/engine/model/graph/parameters';

/** One row of the network's input. */
export interface Row {
  readonly id: number;
  readonly position: number;
  /** Rows see the context, and the rows of their own group; the context's own group is −1. */
  readonly group: number;
}

/** The group of context rows, which see nothing but each other. */
export const CONTEXT = -1;

/**
 * The mask predictor in plain float64, written from the definition: everything is computed in one pass over all rows,
 * under the attention rule that the cache is exact for.
 *
 * @returns logits of the wanted rows
 */
export function referenceForward(
  architecture: Architecture,
  parameters: Parameters,
  rows: readonly Row[],
  wanted: readonly number[],
): number[][] {
  const { layers, heads, headWidth, ropeBase, normEpsilon } = architecture;
  const get = (name: string): Float32Array => parameters.get(name)!.data;
  const times = (x: readonly number[], name: string): number[] => {
    const [inputs, outputs] = parameters.get(name)!.shape as [number, number];
    const weights = get(name);
    const y = Array<number>(outputs).fill(0);
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) y[o]! += x[i]! * weights[i * outputs + o]!;
    return y;
  };
  const norm = (x: readonly number[], name: string): number[] => {
    const gain = get(name);
    const rms = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + normEpsilon);
    return x.map((value, i) => (value / rms) * gain[i]!);
  };
  const turn = (x: readonly number[], position: number): number[] => {
    const half = headWidth / 2;
    return x.map((value, i) => {
      const angle = position * ropeBase ** (-(i % half) / half);
      return i < half
        ? value * Math.cos(angle) - x[i + half]! * Math.sin(angle)
        : value * Math.cos(angle) + x[i - half]! * Math.sin(angle);
    });
  };
  const head = (x: readonly number[], index: number): number[] =>
    x.slice(index * headWidth, (index + 1) * headWidth);

  let stream = rows.map(({ id }) => {
    const width = architecture.width;
    return Array.from(get('embedding').subarray(id * width, (id + 1) * width));
  });
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `layer.${layer}.${part}`;
    const normed = stream.map((x) => norm(x, name('norm1')));
    const project = (part: string): number[][] => normed.map((x) => times(x, name(part)));
    const [queries, keys, values] = [project('query'), project('key'), project('value')];
    const attended = rows.map(() => [] as number[]);
    for (let h = 0; h < heads; h++) {
      const turned = (all: number[][], gain: string): number[][] =>
        all.map((x, r) => turn(norm(head(x, h), name(gain)), rows[r]!.position));
      const [q, k] = [turned(queries, 'queryNorm'), turned(keys, 'keyNorm')];
      rows.forEach(({ group }, r) => {
        const scores = rows.map((other, s) =>
          other.group === CONTEXT || other.group === group
            ? dot(q[r]!, k[s]!) / Math.sqrt(headWidth)
            : -Infinity,
        );
        const peak = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - peak));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const mean = Array<number>(headWidth).fill(0);
        weights.forEach((weight, s) =>
          head(values[s]!, h).forEach((value, i) => (mean[i]! += (weight / total) * value)),
        );
        attended[r]!.push(...mean);
      });
    }
    stream = stream.map((x, r) => add(x, times(attended[r]!, name('output'))));
    stream = stream.map((x) => {
      const input = norm(x, name('norm2'));
      const up = times(input, name('up'));
      const hidden = times(input, name('gate')).map((gate, i) => (gate / (1 + Math.exp(-gate))) * up[i]!);
      return add(x, times(hidden, name('down')));
    });
  }
  const { width, vocabulary } = architecture;
  const embedding = get('embedding');
  return wanted.map((row) => {
    const output = norm(stream[row]!, 'norm');
    return Array.from({ length: vocabulary }, (_, token) =>
      dot(output, embedding.subarray(token * width, (token + 1) * width)),
    );
  });
}

function add(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value + b[i]!);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
