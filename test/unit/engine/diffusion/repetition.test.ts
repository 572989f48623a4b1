import assert from 'node:assert/strict';
import { Canvas } from '../../../../src/engine/diffusion/canvas';
import { surplusCopies } from '../../../../src/engine/diffusion/repetition';
import { BANNED, plan, steps, VOCABULARY, type Predict } from '../../../support/engine/scripted';

/** Which copy beyond two each cell would become, if all were masked and got these tokens. */
function surplusOf(tokens: readonly number[], elastic = false): number[] {
  const canvas = new Canvas([tokens.map(() => ({ elastic }))]);
  const [cells] = canvas.holes;
  const surplus = surplusCopies(canvas, new Map(cells!.map((cell, i) => [cell, tokens[i]!])));
  return cells!.map((cell) => surplus.get(cell) ?? 0);
}

/** Says 10, 11, 10, 11, …, and a little less surely at each place a token that stands nowhere else. */
const LOOP: Predict = (_canvas, slots) =>
  slots.map(({ index }) =>
    Float32Array.from({ length: VOCABULARY }, (_, token) =>
      token === 10 + (index % 2) ? 4 : token === 12 + (index % 12) ? 3 : 0,
    ),
  );

function written(repetitionPenalty: number): (number | undefined)[] {
  const canvas = new Canvas([12]);
  for (const step of steps(canvas, LOOP, plan({ repetitionPenalty }))) assert.ok(step);
  return canvas.holes[0]!.map(({ token }) => token);
}

describe('repetition', () => {
  it('counts copies in a row from the third on, of a token or of several', () => {
    assert.deepEqual(surplusOf([7, 7, 7, 7, 8]), [0, 0, 1, 2, 0]);
    assert.deepEqual(surplusOf([7, 8, 7, 8, 7, 8, 7]), [0, 0, 0, 0, 1, 1, 2]);
    assert.deepEqual(surplusOf([7, 8, 7, 8, 9, 7, 8]), [0, 0, 0, 0, 0, 0, 0]);
  });

  it('counts none in a hole of unknown length, and none that is written', () => {
    assert.deepEqual(surplusOf([7, 7, 7, 7], true), [0, 0, 0, 0]);
    const canvas = new Canvas([[{ token: 7 }, { token: 7 }, { token: 7 }, {}]]);
    const last = canvas.holes[0]![3]!;
    assert.deepEqual([...surplusCopies(canvas, new Map([[last, 7]]))], [[last, 2]]);
  });

  it('is damped until something else is more probable, and is not where that is off', () => {
    assert.deepEqual(written(1), [10, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 11]);
    const damped = written(2);
    assert.ok(damped.every((token) => token !== undefined && !BANNED.has(token)));
    assert.deepEqual(damped.slice(0, 4), [10, 11, 10, 11]);
    assert.ok(damped.some((token) => token! > 11));
  });
});
