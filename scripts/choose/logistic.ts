/** Of a logistic regression: log-odds = intercept + weights · features. */
export interface Fitted {
  readonly intercept: number;
  readonly weights: readonly number[];
}

const MOST_ITERATIONS = 50;
const CONVERGED = 1e-9;

/**
 * Logistic regression by Newton's method (iteratively reweighted least squares: Hastie, Tibshirani, Friedman, The Elements
 * of Statistical Learning, 2nd ed., section 4.4.1), with a ridge on the weights of the standardised features, which keeps
 * them finite where classes can be told apart.
 *
 * @param rows the features of each example, all of one length
 * @param ridge λ of λ/2 · Σ w², w being the weights of features with variance 1
 */
export function fitLogistic(
  rows: readonly (readonly number[])[],
  labels: readonly boolean[],
  ridge: number,
): Fitted {
  const width = rows[0]?.length ?? 0;
  const means = Array.from({ length: width }, (_, j) => mean(rows.map((row) => row[j]!)));
  const scales = means.map((m, j) => Math.sqrt(mean(rows.map((row) => (row[j]! - m) ** 2))) || 1);
  const design = rows.map((row) => [1, ...row.map((x, j) => (x - means[j]!) / scales[j]!)]);
  let beta = Array<number>(width + 1).fill(0);
  for (let i = 0; i < MOST_ITERATIONS; i++) {
    const step = newtonStep(design, labels, beta, ridge);
    beta = beta.map((b, j) => b + step[j]!);
    if (Math.max(...step.map(Math.abs)) < CONVERGED) break;
  }
  const weights = beta.slice(1).map((b, j) => b / scales[j]!);
  return { intercept: beta[0]! - weights.reduce((sum, w, j) => sum + w * means[j]!, 0), weights };
}

function newtonStep(
  design: readonly (readonly number[])[],
  labels: readonly boolean[],
  beta: readonly number[],
  ridge: number,
): number[] {
  const size = beta.length;
  const hessian = beta.map((_, i) => beta.map((__, j) => (i === j && i > 0 ? ridge : 0)));
  const gradient = beta.map((b, i) => (i > 0 ? -ridge * b : 0));
  design.forEach((row, n) => {
    const p = 1 / (1 + Math.exp(-row.reduce((sum, x, j) => sum + x * beta[j]!, 0)));
    // Sure ones still count for something, or the step would be endless.
    const weight = Math.max(p * (1 - p), 1e-9);
    for (let i = 0; i < size; i++) {
      gradient[i]! += row[i]! * (Number(labels[n]) - p);
      for (let j = 0; j < size; j++) hessian[i]![j]! += weight * row[i]! * row[j]!;
    }
  });
  return solve(hessian, gradient);
}

/** Solves a symmetric positive definite system by Gauss–Jordan elimination with pivots; changes both. */
function solve(matrix: number[][], values: number[]): number[] {
  const size = values.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    [values[column], values[pivot]] = [values[pivot]!, values[column]!];
    const own = matrix[column]!;
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = matrix[row]![column]! / own[column]!;
      for (let j = column; j < size; j++) matrix[row]![j]! -= factor * own[j]!;
      values[row]! -= factor * values[column]!;
    }
  }
  return values.map((value, i) => value / matrix[i]![i]!);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
