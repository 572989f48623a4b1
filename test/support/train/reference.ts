/** The network's operations in plain loops and double precision: what composites and kernels are held against. */

type Rows = Float64Array;

/** a [m, k] · b [k, n], b stored [n, k] if transposed. */
export function product(
  a: Rows,
  b: Rows,
  [m, k, n]: readonly [number, number, number],
  transposed: boolean,
): Rows {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      for (let l = 0; l < k; l++) c[i * n + j]! += a[i * k + l]! * b[transposed ? j * k + l : l * n + j]!;
  return c;
}

export function rmsNorm(x: Rows, gain: Rows): Rows {
  const width = gain.length;
  const y = new Float64Array(x.length);
  for (let first = 0; first < x.length; first += width) {
    let square = 0;
    for (let i = 0; i < width; i++) square += x[first + i]! ** 2 / width;
    const scale = 1 / Math.sqrt(square + 1e-6);
    for (let i = 0; i < width; i++) y[first + i] = x[first + i]! * scale * gain[i]!;
  }
  return y;
}

export function swiglu(gate: Rows, up: Rows): Rows {
  return gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
}

/** Norm and rotation of each head of `gain.length` numbers; `heads` of them a row. */
export function headRotary(x: Rows, gain: Rows, positions: Int32Array, heads: number, base: number): Rows {
  const width = gain.length;
  const half = width / 2;
  const normed = rmsNorm(x, gain);
  return normed.map((value, i) => {
    const part = i % width;
    const angle = positions[Math.floor(i / (heads * width))]! * base ** (-(part % half) / half);
    const other = normed[part < half ? i + half : i - half]!;
    return value * Math.cos(angle) + (part < half ? -other : other) * Math.sin(angle);
  });
}

export function attention(
  [q, k, v]: readonly [Rows, Rows, Rows],
  kinds: Int32Array,
  { length, heads }: { length: number; heads: number },
): Rows {
  const width = q.length / kinds.length;
  const headWidth = width / heads;
  const output = new Float64Array(q.length);
  const weights = new Float64Array(length);
  for (let row = 0; row < kinds.length; row++) {
    const first = row - (row % length);
    const seen: number[] = [];
    for (let key = first; key < first + length; key++)
      if (kinds[key] === 1 || (kinds[key] === 2 && kinds[row] === 2)) seen.push(key);
    for (let head = 0; head < width; head += headWidth) {
      const own = row * width + head;
      let total = 0;
      for (let j = 0; j < seen.length; j++) {
        const key = seen[j]! * width + head;
        let score = 0;
        for (let d = 0; d < headWidth; d++) score += q[own + d]! * k[key + d]!;
        weights[j] = Math.exp(score / Math.sqrt(headWidth));
        total += weights[j]!;
      }
      for (let j = 0; j < seen.length; j++) {
        const value = seen[j]! * width + head;
        for (let d = 0; d < headWidth; d++) output[own + d]! += (weights[j]! / total) * v[value + d]!;
      }
    }
  }
  return output;
}

/** Σ weight · cross-entropy of hidden · embeddingᵀ. */
export function headLoss(hidden: Rows, embedding: Rows, targets: Int32Array, weights: Float32Array): Rows {
  const width = hidden.length / targets.length;
  const vocabulary = embedding.length / width;
  const logits = product(hidden, embedding, [targets.length, width, vocabulary], true);
  let loss = 0;
  targets.forEach((target, i) => {
    const row = logits.subarray(i * vocabulary, (i + 1) * vocabulary);
    const most = Math.max(...row);
    const total = row.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
    loss += weights[i]! * (Math.log(total) + most - row[target]!);
  });
  return Float64Array.of(loss);
}

/** The slope of Σ dy · f(inputs) along element `index` of input `which`, by a central difference. */
export function slope(
  f: (inputs: readonly Rows[]) => Rows,
  inputs: readonly Rows[],
  dy: Float32Array,
  { which, index }: { readonly which: number; readonly index: number },
): number {
  const h = 1e-5;
  const totalAt = (by: number): number => {
    const moved = inputs.map((input, j) => (j === which ? input.with(index, input[index]! + by) : input));
    return f(moved).reduce((sum, value, i) => sum + value * dy[i]!, 0);
  };
  return (totalAt(h) - totalAt(-h)) / (2 * h);
}
