import assert from 'node:assert/strict';
import { canvasAt, meanLogProbability, traceStep, withEdit } from '../../../src/demo/trace';
import type { CellView, Step } from '../../../src/engine/index';
import { MASK, token } from '../../support/demo/traces';

function step(index: number, ...holes: CellView[][]): Step {
  return {
    index,
    t: 1,
    holes,
    committed: [],
    remasked: [],
    texts: [],
    forwards: index,
    ms: index,
    done: false,
  };
}

describe('trace', () => {
  // Cells are committed, remasked, changed; a hole grows and shrinks.
  const steps = [
    step(0, [MASK, MASK, MASK], [MASK]),
    step(1, [MASK, token('b', 1), MASK], [MASK]),
    step(2, [token('a', 2), token('b', 1), MASK, MASK], [token('x', 2)]),
    step(3, [token('a', 2), MASK], [token('x', 2)]),
    step(4, [token('a', 2), token('c', 4)], [token('y', 4)]),
  ];
  const traced = steps.map((present, i) => traceStep([], steps[i - 1], present));

  it('gives every step back', () => {
    steps.forEach(({ holes }, position) => assert.deepEqual(canvasAt(traced, position), holes));
  });

  it('holds only what changed', () => {
    assert.deepEqual(
      traced.map(({ changes }) => changes.length),
      [4, 1, 3, 1, 2],
    );
  });

  it('says how much is masked', () => {
    assert.deepEqual(
      traced.map(({ t }) => t),
      [1, 3 / 4, 2 / 5, 1 / 3, 0],
    );
  });

  it('is empty before the first step', () => assert.deepEqual(canvasAt(traced, -1), []));

  describe('of a run that goes on', () => {
    const edited = withEdit(traced, 2, [
      [MASK, token('b', 1), MASK, MASK],
      [token('z', 3, { locked: true })],
    ]);
    const start = step(0, [MASK, token('b', 0), MASK, MASK], [token('z', 0, { locked: true })]);
    const next = step(1, [MASK, token('b', 0), token('q', 1), MASK], [token('z', 0, { locked: true })]);
    const whole = [...edited, traceStep(edited, start, next)];

    it('keeps what there was up to the change, and the change as a step of its own', () => {
      assert.equal(edited.length, 4);
      assert.deepEqual(edited.slice(0, 3), traced.slice(0, 3));
      assert.equal(edited[3]!.edited, true);
      assert.equal(edited[3]!.changes.length, 2);
      assert.equal(edited[3]!.t, 3 / 5);
    });

    it('counts steps, forwards and time on', () => {
      assert.equal(whole.length, 5);
      assert.equal(whole[4]!.forwards, traced[2]!.forwards + 1);
      assert.deepEqual(whole[4]!.changes, [{ hole: 0, index: 2, cell: token('q', 4) }]);
      assert.deepEqual(canvasAt(whole, 4)[0]![1], token('b', 1));
    });
  });

  it('has the mean log-probability of what was predicted', () => {
    const canvas = [
      [token('a', 1, { confidence: 0.5 }), MASK],
      [token('b', 1, { locked: true, confidence: 1 })],
    ];
    assert.equal(meanLogProbability(canvas), Math.log(0.5));
    assert.equal(meanLogProbability([[MASK]]), undefined);
  });
});
