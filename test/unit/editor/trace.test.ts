import assert from 'node:assert/strict';
import { canvasAt, traceStep } from '../../../src/editor/trace';
import type { CellView, Step } from '../../../src/engine';

const mask: CellView = { token: 1, text: '', masked: true, confidence: 0, step: -1, locked: false };
const token = (text: string, step: number): CellView => ({
  token: 9,
  text,
  masked: false,
  confidence: 0.5,
  step,
  locked: false,
});
const step = (index: number, ...holes: CellView[][]): Step => ({
  index,
  t: 1,
  holes,
  committed: [],
  remasked: [],
  texts: [],
  forwards: index,
  ms: index,
  done: false,
});

describe('trace', () => {
  // Cells are committed, remasked, changed; a hole grows and shrinks.
  const steps = [
    step(0, [mask, mask, mask], [mask]),
    step(1, [mask, token('b', 1), mask], [mask]),
    step(2, [token('a', 2), token('b', 1), mask, mask], [token('x', 2)]),
    step(3, [token('a', 2), mask], [token('x', 2)]),
    step(4, [token('a', 2), token('c', 4)], [token('y', 4)]),
  ];
  const traced = steps.map((present, i) => traceStep(steps[i - 1], present));

  it('gives every step back', () => {
    steps.forEach(({ holes }, position) => {
      assert.deepEqual(
        canvasAt(traced, position),
        holes.map((cells) =>
          cells.map(({ text, masked, confidence, step: at }) => ({ text, masked, confidence, step: at })),
        ),
      );
    });
  });

  it('holds only what changed', () => {
    assert.deepEqual(
      traced.map(({ changes }) => changes.length),
      [4, 1, 3, 1, 2],
    );
  });

  it('is empty before the first step', () => assert.deepEqual(canvasAt(traced, -1), []));
});
