import assert from 'node:assert/strict';
import type { Chooser, FillRequest, Step } from '../../../../../src/engine/index';
import { fill } from '../../../../../src/engine/requests/fill';
import { SPECIAL } from '../../../../../src/engine/text/special-tokens';
import { TINY } from '../../../../../scripts/tiny-bundle/tiny-network';
import { scriptedRuntime, type Script } from '../../../../support/engine/scripted-predictor';
import { allSteps } from '../../../../support/engine/tiny-runtime';

const LEARNED = { expand: true, remask: true, guidance: false };
const { tokenizer } = scriptedRuntime();
const [Q, Z] = tokenizer.encode('qz') as [number, number];
const AROUND = { prefix: 'a ', suffix: ' b' };

/** The longer a text, the likelier; an intercept alone says the same of all. */
function chooserOf(weight: number, intercept = 0): Chooser {
  const coefficients = { intercept, weights: { tokens: weight } };
  return { drawn: coefficients, looked: coefficients, among: coefficients };
}

/** Keeps the length that a hole begins with; its letter is q, or z where a z stands already. */
const keepsLength: Script = (_, cells) => {
  const logits = new Float32Array(TINY.vocabulary);
  const [first, second] = cells.includes(Z) ? [Z, Q] : [Q, Z];
  logits[first] = 12;
  logits[second] = 9;
  return logits;
};

/** Wants three tokens, whatever it begins with. */
const wantsThree: Script = (_, cells, index) => {
  const logits = new Float32Array(TINY.vocabulary);
  logits[Q] = 5;
  const masks = cells.flatMap((id, i) => (id === SPECIAL.mask ? [i] : []));
  if (cells.length > 3 && masks.slice(3 - cells.length).includes(index)) logits[SPECIAL.delete] = 20;
  if (cells.length < 3 && masks.includes(index)) logits[SPECIAL.expand] = 20;
  return logits;
};

describe('candidates', () => {
  const run = async (
    script: Script,
    request: Partial<FillRequest>,
    chooser?: Chooser,
  ): Promise<{ steps: Step[]; last: Step }> => {
    const runtime = scriptedRuntime(script, LEARNED);
    const config = { ...runtime.config, ...(chooser ? { chooser } : {}) };
    const steps = await allSteps(fill({ ...runtime, config }, { ...AROUND, ...request }, undefined));
    return { steps, last: steps.at(-1)! };
  };
  const textsOf = ({ candidates = [] }: Step): string[] => candidates.map(({ texts }) => texts[0]!);

  it('begin as the request says, the second token of the surest position among them', async () => {
    const { last } = await run(keepsLength, { starts: ['usual', 'masks-2', 'masks-16', 'second-token'] });
    const byStart = Object.fromEntries(
      last.candidates!.flatMap(({ starts, texts }) => starts.map((start) => [start, texts[0]])),
    );
    assert.deepEqual(byStart, {
      usual: 'q'.repeat(8),
      'masks-2': 'qq',
      'masks-16': 'q'.repeat(16),
      'second-token': 'z'.repeat(8),
    });
  });

  it('that begin alike are one, with both names', async () => {
    const { last } = await run(keepsLength, { starts: ['usual', 'masks-8', 'other-draft'] });
    assert.deepEqual(
      last.candidates!.map(({ starts }) => starts),
      [['usual', 'masks-8']],
    );
  });

  it('are refused by name where there is no such start', () =>
    assert.rejects(run(keepsLength, { starts: ['masks-3' as 'masks-4'] }), /starts.*masks-16/));

  it('that come to one canvas go on as one, and say of it how it was begun', async () => {
    const one = await run(wantsThree, {});
    const four = await run(wantsThree, {
      candidates: 4,
      starts: ['usual', 'masks-16', 'masks-4', 'masks-32'],
    });
    assert.deepEqual(textsOf(four.last), ['qqq']);
    assert.deepEqual([...four.last.candidates![0]!.starts].sort(), [
      'masks-16',
      'masks-32',
      'masks-4',
      'usual',
    ]);
    assert.equal(four.last.candidates![0]!.evidence.sameLine, 1);
    assert.ok(four.last.forwards <= one.last.forwards + 1);
  });

  it('are chosen by the bundle’s coefficients, by likelihood where it has none', async () => {
    const starts = ['usual', 'masks-4', 'masks-16'] as const;
    const long = await run(keepsLength, { starts }, chooserOf(1));
    assert.equal(long.last.texts[0]!.length, 16);
    const short = await run(keepsLength, { starts }, chooserOf(-1));
    assert.equal(short.last.texts[0]!.length, 4);
    const { chance, evidence } = short.last.candidates![0]!;
    assert.equal(short.last.chance, chance);
    assert.ok(Math.abs(chance! - 1 / (1 + Math.exp(evidence.tokens!))) < 1e-9);
    const none = await run(keepsLength, { starts });
    assert.equal(none.last.chance, undefined);
    assert.ok(none.last.candidates!.every(({ evidence: own }) => own.aloneMean === undefined));
  });

  it('read each token’s probability again, with the others in place', async () => {
    const { last } = await run(keepsLength, { starts: ['masks-2', 'second-token'], lookAgain: true });
    for (const { texts, evidence } of last.candidates!) {
      // Beside a letter the same one is as sure as can be; z was drawn as the second one, where q was likelier.
      assert.ok(evidence.aloneMean! > Math.log(0.9), texts[0]);
      assert.equal(evidence.drawnLeast! < Math.log(0.1), texts[0]!.startsWith('z'));
    }
  });

  describe('with patience', () => {
    const patience = { times: 1000, ms: 60_000 };

    it('begin when the first one is done, while that is in view, and only where it is not likely right', async () => {
      const low = await run(keepsLength, { candidates: 3, patience, threshold: 0.99 }, chooserOf(1, -9));
      assert.equal(low.last.texts[0]!.length, 16);
      const fromThen = low.steps.slice(low.steps.findIndex(({ texts }) => texts[0]!.length === 8));
      assert.ok(fromThen.length > 16);
      assert.ok(fromThen.slice(0, -1).every(({ texts, done }) => texts[0] === 'q'.repeat(8) && !done));
      const high = await run(keepsLength, { candidates: 2, patience }, chooserOf(1, 9));
      assert.equal(high.last.texts[0]!.length, 8);
      assert.equal(high.last.candidates!.length, 1);
    });

    it('are not begun without the time for it, nor without a chance', async () => {
      const late = await run(keepsLength, { candidates: 2, patience: { times: 1, ms: 0 } }, chooserOf(1, -9));
      assert.equal(late.last.texts[0]!.length, 8);
      const blind = await run(keepsLength, { candidates: 2, patience });
      assert.equal(blind.last.texts[0]!.length, 8);
    });

    it('are not begun where the length is known, which chances are not told for', async () => {
      const { last } = await run(
        keepsLength,
        { candidates: 4, patience, holes: [{ tokens: 3 }] },
        chooserOf(1, -9),
      );
      assert.equal(last.candidates, undefined);
    });
  });
});
