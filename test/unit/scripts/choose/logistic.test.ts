import assert from 'node:assert/strict';
import { Random } from '../../../../src/engine/index';
import { fitLogistic } from '../../../../scripts/choose/logistic';

describe('logistic regression', () => {
  const random = new Random(5);
  const rows = Array.from({ length: 4000 }, () => [random.gumbel(), 100 * random.uniform() - 20]);
  const truth = { intercept: -0.5, weights: [0.8, -0.03] };
  const oddsOf = (row: readonly number[], { intercept, weights }: typeof truth): number =>
    row.reduce((sum, x, i) => sum + weights[i]! * x, intercept);
  const chance = (odds: number): number => 1 / (1 + Math.exp(-odds));
  const labels = rows.map((row) => random.uniform() < chance(oddsOf(row, truth)));

  it('finds the coefficients that labels were drawn by', () => {
    const { intercept, weights } = fitLogistic(rows, labels, 0);
    assert.ok(Math.abs(intercept - truth.intercept) < 0.15, `${intercept}`);
    assert.ok(Math.abs(weights[0]! - truth.weights[0]!) < 0.1, `${weights[0]}`);
    assert.ok(Math.abs(weights[1]! - truth.weights[1]!) < 0.006, `${weights[1]}`);
  });

  it('ends where the likelihood is stationary: labels and chances have the same moments', () => {
    const { intercept, weights } = fitLogistic(rows, labels, 0);
    const fitted = { intercept, weights: [...weights] };
    for (const of of [
      (): number => 1,
      (row: readonly number[]) => row[0]!,
      (row: readonly number[]) => row[1]!,
    ]) {
      const moment = (value: (i: number) => number): number =>
        rows.reduce((sum, row, i) => sum + of(row) * value(i), 0);
      const expected = moment((i) => chance(oddsOf(rows[i]!, fitted)));
      const observed = moment((i) => Number(labels[i]));
      assert.ok(Math.abs(expected - observed) < 1e-4 * rows.length, `${expected}, ${observed}`);
    }
  });

  it('keeps weights finite where a feature tells all, and at zero where it is always the same', () => {
    const told = Array.from({ length: 40 }, (_, i) => [i, 7]);
    const { intercept, weights } = fitLogistic(
      told,
      told.map(([x]) => x! >= 20),
      1,
    );
    assert.ok(Number.isFinite(intercept) && weights[0]! > 0 && weights[0]! < 10);
    assert.equal(Math.abs(weights[1]!), 0);
  });
});
