import assert from 'node:assert/strict';
import { Canvas } from '../../../../src/engine/diffusion/canvas';
import { Random } from '../../../../src/engine/diffusion/random';
import { chooseRevoked, drawRemasked, type ReMdm } from '../../../../src/engine/diffusion/remasking';
import { plan, predictFrom, steps, VOCABULARY, type Predict } from '../../../support/engine/scripted';

describe('ReMDM', () => {
  /** How often each of the committed tokens is remasked. */
  function rates(kind: ReMdm, strength: number, masks: number, confidences: readonly number[]): number[] {
    const random = new Random(1);
    const counts = confidences.map(() => 0);
    const draws = 20_000;
    const state = { size: masks + confidences.length, masks, share: 1 };
    for (let i = 0; i < draws; i++)
      for (const place of drawRemasked(kind, strength, state, confidences, random)) counts[place]!++;
    return counts.map((count) => count / draws);
  }
  const near = (actual: readonly number[], wanted: readonly number[]): void =>
    // Five standard deviations of a binomial at most.
    actual.forEach((rate, i) => assert.ok(Math.abs(rate - wanted[i]!) < 0.018, `${rate}, not ${wanted[i]}`));

  it('cap: remasks each with the strength, or σ_max where that is less', () => {
    near(rates('remdm-cap', 0.1, 90, [0.9, 0.2, 0.5]), [0.1, 0.1, 0.1]);
    // α_t = 6/8, α_s = 7/8: σ_max = 1/6.
    const [first] = rates('remdm-cap', 1, 2, [0.1, 0.9, 0.9, 0.9, 0.9, 0.9]);
    // The least probable one always has its place among those that may be remasked.
    near([first!], [1 / 6]);
  });

  it('rescale: remasks each with the strength times σ_max', () => {
    // α_t = 10/20, α_s = 11/20: σ_max = 9/10.
    near(rates('remdm-rescale', 0.2, 10, Array<number>(10).fill(0.5)), Array<number>(10).fill(0.18));
  });

  it('confidence: remasks the less probable more often', () => {
    const confidences = [0.1, 0.5, 0.99];
    const sum = confidences.reduce((total, psi) => total + Math.exp(-psi), 0);
    // Many masks: σ_max = 1.
    near(
      rates('remdm-confidence', 0.8, 50, confidences),
      confidences.map((psi) => (0.8 * Math.exp(-psi)) / sum),
    );
  });

  it('remasks nothing in the last step, and leaves no more masks than the schedule', () => {
    const random = new Random(2);
    const all = Array<number>(9).fill(0.1);
    assert.deepEqual(drawRemasked('remdm-rescale', 1, { size: 12, masks: 3, share: 3 }, all, random), []);
    for (let i = 0; i < 200; i++) {
      const drawn = drawRemasked('remdm-cap', 1, { size: 12, masks: 3, share: 1 }, all, random);
      assert.ok(drawn.length <= 2);
    }
  });

  it('keeps to the schedule: the masks after each step are as many as without it', () => {
    for (const remasking of ['remdm-cap', 'remdm-rescale', 'remdm-confidence'] as const) {
      const canvas = new Canvas([24]);
      let remasked = 0;
      const left: number[] = [];
      const options = plan({ remasking, remaskingStrength: 1, steps: 8, seed: 3 });
      for (const step of steps(canvas, predictFrom(2), options)) {
        remasked += step.remasked.length;
        left.push(canvas.masked().length);
      }
      assert.deepEqual(left, [21, 18, 15, 12, 9, 6, 3, 0]);
      assert.ok(remasked > 0, remasking);
    }
  });
});

describe('revoking', () => {
  it('takes back what is now improbable, less than the step before committed, and not after a single commit', () => {
    const now = [0.95, 0.2, 0.6, 0.1];
    assert.deepEqual(chooseRevoked(0.9, now, 2, Infinity), [3, 1, 2]);
    assert.deepEqual(chooseRevoked(0.9, now, 2, 3), [3, 1]);
    assert.deepEqual(chooseRevoked(0.9, now, 1, 9), []);
    assert.deepEqual(chooseRevoked(0.05, now, 2, 9), []);
  });

  it('corrects a token that was committed too early', () => {
    // Cell 0 looks like 10 until all the others are there; then it is 11.
    const predict: Predict = (canvas, slots) =>
      slots.map(({ index }) => {
        const others = canvas.holes[0]!.slice(1).filter(({ token }) => token !== undefined).length;
        const right = index > 0 ? 12 : others >= 2 ? 11 : 10;
        // At first sure of the first three, then of the others.
        const logit = index > 2 && others < 2 ? 2 : 4;
        return Float32Array.from({ length: VOCABULARY }, (_, token) => (token === right ? logit : 0));
      });
    const run = (remasking: 'none' | 'revoke'): number[] => {
      const canvas = new Canvas([6]);
      const options = plan({ remasking, remaskingStrength: 0.5, threshold: 0.7, steps: undefined });
      const taken = [...steps(canvas, predict, options)];
      assert.ok(taken.length <= 6);
      return canvas.holes[0]!.map(({ token }) => token!);
    };
    assert.deepEqual(run('none'), [10, 12, 12, 12, 12, 12]);
    assert.deepEqual(run('revoke'), [11, 12, 12, 12, 12, 12]);
  });
});
