import assert from 'node:assert/strict';
import type { Chooser, FillRequest, Step } from '../../../../../src/engine/index';
import { fill } from '../../../../../src/engine/requests/fill';
import { isSettled } from '../../../../../src/engine/requests/unmasking/settled';
import { TINY } from '../../../../../scripts/tiny-bundle/tiny-network';
import { scriptedRuntime, type Script } from '../../../../support/engine/scripted-predictor';
import { allSteps } from '../../../../support/engine/tiny-runtime';

/** The chance of a beginning is p / (1 + p) for the least probability p of its tokens. */
const LEAST = { intercept: 0, weights: { drawnLeast: 1 } };
const CHOOSER: Chooser = { drawn: LEAST, looked: LEAST, among: LEAST, shown: LEAST };
function chance(p: number): number {
  return p / (1 + p);
}

const { tokenizer } = scriptedRuntime();
const LETTERS = tokenizer.encode('qzxyw');

/** The first token is one of two, each as probable as the other; every further one is one of five. */
const lessAndLess: Script = (_, __, index) => {
  const logits = new Float32Array(TINY.vocabulary);
  for (const id of LETTERS.slice(0, index === 0 ? 2 : 5)) logits[id] = 30;
  return logits;
};

describe('isSettled', () => {
  const cell = (confidence: number): { token: number; confidence: number } => ({ token: 9, confidence });
  const mask = { token: undefined, confidence: 0 };

  it('as soon as no longer beginning can be likely enough, however sure the masked tokens were', () => {
    const cells = [cell(0.9), cell(0.5), mask, mask];
    assert.equal(isSettled(cells, 8, chance(0.49), CHOOSER), false);
    assert.equal(isSettled(cells, 8, chance(0.51), CHOOSER), true);
  });

  it('counts what is committed behind the first mask', () => {
    assert.equal(
      isSettled([cell(0.9), mask, cell(0.1)], 8, chance(0.5), CHOOSER),
      false,
      'two tokens are open',
    );
    assert.equal(isSettled([cell(0.4), mask, cell(0.1)], 8, chance(0.5), CHOOSER), true);
  });

  it('never while the first token is masked, and always when nothing is', () => {
    assert.equal(isSettled([mask, cell(0.1)], 8, 0.4, CHOOSER), false);
    assert.equal(isSettled([cell(0.1)], 8, 0.4, CHOOSER), true);
  });

  it('knows that a hole may grow', () => {
    const longer = { intercept: -3, weights: { tokens: 2 } };
    const chooser = { ...CHOOSER, shown: longer };
    // σ(2 ln(1 + n) − 3): 0.64 for five tokens, 0.31 for two.
    assert.equal(isSettled([cell(0.9), mask], 2, 0.5, chooser), true);
    assert.equal(isSettled([cell(0.9), mask], 5, 0.5, chooser), false);
  });
});

describe('a fill of which a likely beginning is wanted', () => {
  const run = async (request: Partial<FillRequest>): Promise<Step[]> => {
    const runtime = scriptedRuntime(lessAndLess, { expand: true, remask: true, guidance: false });
    const config = { ...runtime.config, chooser: CHOOSER };
    const whole = { prefix: 'a ', suffix: ' b', ...request };
    return allSteps(fill({ ...runtime, config }, whole, undefined));
  };

  it('ends with that beginning, and tells no chance of the whole', async () => {
    const last = (await run({ leastChance: chance(0.6) })).at(-1)!;
    assert.deepEqual(
      [last.done, last.index, last.texts, last.chance],
      [true, 1, [last.holes[0]![0]!.text], undefined],
    );
    assert.deepEqual(
      last.holes[0]!.map(({ masked, confidence }) => [masked, Math.round(10 * confidence)]),
      [[false, 5]],
    );
    assert.ok(LETTERS.slice(0, 2).includes(last.holes[0]![0]!.token));
  });

  it('goes on while more can be likely enough, as if nothing had been said', async () => {
    const steps = await run({ leastChance: chance(0.1) });
    assert.deepEqual(steps.at(-1)!.texts, (await run({})).at(-1)!.texts);
    assert.ok(steps.at(-1)!.chance !== undefined);
    assert.ok(steps.length > 5);
  });

  it('is refused for several holes or candidates, and beyond 0 to 1', async () => {
    await assert.rejects(run({ leastChance: 0.4, candidates: 2 }), /leastChance.*several/);
    await assert.rejects(run({ leastChance: 0.4, between: ['c'] }), /leastChance.*several/);
    await assert.rejects(run({ leastChance: 2 }), /leastChance.*0 to 1/);
  });
});
