/** A step of Muon and AdamW in plain loops and double precision: what composites and kernels are held against. */

export interface ReferenceParameter {
  readonly shape: readonly number[];
  /** Changed in place. */
  readonly values: Float64Array;
  /** Zeros at first; changed in place. */
  readonly momentum: Float64Array;
  readonly squares: Float64Array;
}

export interface ReferenceRates {
  readonly matrices: number;
  readonly rest: number;
}

type Matrix = readonly Float64Array[];

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
function transposed(x: Matrix): Matrix {
  return Array.from(x[0]!, (_, j) => Float64Array.from(x, (row) => row[j]!));
}
/** a · bᵀ */
function outer(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => Float64Array.from(b, (other) => dot(row, other)));
}
function combined(p: number, x: Matrix, q: number, y: Matrix): Matrix {
  return x.map((row, i) => row.map((value, j) => p * value + q * y[i]![j]!));
}

/** Five steps X ← 3.4445 X + (−4.775 A + 2.0315 A²) X, A = X Xᵀ, from X = u / (‖u‖ + 1e-7), on the side with fewer rows. */
export function orthogonal(u: Float64Array, rows: number, columns: number): Float64Array {
  const length = Math.sqrt(dot(u, u)) + 1e-7;
  const whole = Array.from({ length: rows }, (_, i) =>
    u.slice(i * columns, (i + 1) * columns).map((value) => value / length),
  );
  let x: Matrix = rows > columns ? transposed(whole) : whole;
  for (let step = 0; step < 5; step++) {
    // A is symmetric: A·A is A·Aᵀ.
    const gram = outer(x, x);
    const polynomial = combined(-4.775, gram, 2.0315, outer(gram, gram));
    x = combined(3.4445, x, 1, outer(polynomial, transposed(x)));
  }
  return Float64Array.from((rows > columns ? transposed(x) : x).flatMap((row) => [...row]));
}

/** Step number `step` (from 1): clipped at norm 1; Muon for the matrices of layers, AdamW for the embedding and gains. */
export function referenceStep(
  parameters: ReadonlyMap<string, ReferenceParameter>,
  gradients: ReadonlyMap<string, Float64Array>,
  rates: ReferenceRates,
  step: number,
): void {
  const norm = Math.sqrt([...gradients.values()].reduce((sum, g) => sum + dot(g, g), 0));
  const clip = Math.min(1, 1 / norm);
  for (const [name, { shape, values, momentum, squares }] of parameters) {
    const g = gradients.get(name)!.map((value) => clip * value);
    for (let i = 0; i < g.length; i++) momentum[i] = 0.9 * momentum[i]! + 0.1 * g[i]!;
    const [rows, columns] = shape;
    if (columns !== undefined && name !== 'embedding') {
      const u = g.map((value, i) => 0.1 * value + 0.9 * momentum[i]!);
      const update = orthogonal(u, rows!, columns);
      const size = 0.2 * Math.sqrt(Math.max(rows!, columns));
      for (let i = 0; i < g.length; i++)
        values[i] = (1 - 0.1 * rates.matrices) * values[i]! - rates.matrices * size * update[i]!;
      continue;
    }
    const decay = columns === undefined ? 0 : 0.1;
    for (let i = 0; i < g.length; i++) {
      squares[i] = 0.99 * squares[i]! + 0.01 * g[i]! ** 2;
      const first = momentum[i]! / (1 - 0.9 ** step);
      const second = squares[i]! / (1 - 0.99 ** step);
      values[i] = (1 - decay * rates.rest) * values[i]! - (rates.rest * first) / (Math.sqrt(second) + 1e-8);
    }
  }
}
