import assert from 'node:assert/strict';
import type { CellView, FillRequest, Step } from '../../../../src/engine/index';
import { fill } from '../../../../src/engine/requests/fill';
import type { Runtime } from '../../../../src/engine/model/runtime/runtime';
import { AROUND, assertBadRequest, withHole } from '../../../support/engine/hole';
import { allSteps, filled, tinyRuntime } from '../../../support/engine/tiny-runtime';

describe('fill', function () {
  this.timeout(30_000);
  let runtime: Runtime;
  before(async () => (runtime = await tinyRuntime()));
  after(() => runtime.predictor.dispose());

  const refused = (request: FillRequest, message: RegExp): Promise<void> =>
    assertBadRequest(runtime, request, message);

  describe('several candidates', () => {
    it('come best first, without duplicates, with one context pass', async () => {
      const sampled = { sampling: 'multinomial', temperature: 5, threshold: 0 } as const;
      // A context that has not been read before.
      const request = withHole({ tokens: 6 }, { ...sampled, candidates: 4, prefix: 'new ' });
      const last = await filled(runtime, request);
      const { candidates = [] } = last;
      assert.ok(candidates.length > 1 && candidates.length <= 4);
      assert.equal(new Set(candidates.map(({ texts }) => texts[0])).size, candidates.length);
      const scores = candidates.map(({ score }) => score);
      assert.deepEqual(
        scores,
        scores.toSorted((a, b) => b - a),
      );
      assert.deepEqual(last.texts, candidates[0]!.texts);
      assert.deepEqual(last.holes, candidates[0]!.holes);
      for (const { holes, score } of candidates) {
        const mean = holes[0]!.reduce((sum, { confidence }) => sum + Math.log(confidence), 0) / 6;
        assert.ok(Math.abs(score - mean) < 1e-9);
      }
      // One for the context, one for each step of all four.
      assert.equal(last.forwards, 1 + last.index);
    });

    it('leave each one as it is alone', async () => {
      const sampled = { sampling: 'multinomial', seed: 5, threshold: 0 } as const;
      const alone = await allSteps(fill(runtime, withHole({ tokens: 7 }, sampled), undefined));
      const beside = await allSteps(
        fill(runtime, withHole({ tokens: 7 }, { ...sampled, candidates: 3 }), undefined),
      );
      assert.deepEqual(
        beside.slice(0, -1).map(({ holes }) => holes),
        alone.slice(0, -1).map(({ holes }) => holes),
      );
      const same = beside.at(-1)!.candidates!.find(({ texts }) => texts[0] === alone.at(-1)!.texts[0]);
      assert.deepEqual(same?.holes, alone.at(-1)!.holes);
    });

    it('have other lengths where none is known', async () => {
      const { candidates = [] } = await filled(runtime, { ...AROUND, candidates: 3 });
      assert.ok(new Set(candidates.map(({ holes }) => holes[0]!.length)).size > 1);
    });

    it('are at most eight', () => refused({ ...AROUND, candidates: 9 }, /candidates.*from 1 to 8, not 9/));
  });

  describe('a guessed length', () => {
    const unknown = { prefix: 'guess = ', suffix: '', maxTokens: 12 } as const;

    it('is scored by one forward, which is the first step too', async () => {
      const guessed = await allSteps(fill(runtime, unknown, undefined));
      const last = guessed.at(-1)!;
      const tokens = last.holes[0]!.length;
      // Contexts that have not been read before: one for each, and one for the guess and the first step together.
      assert.equal(last.forwards, 1 + last.index);
      // Copies are damped only where the length is known.
      const known = { ...unknown, repetitionPenalty: 1, holes: [{ tokens }] };
      const told = await allSteps(fill(runtime, known, undefined));
      const cells = (steps: readonly Step[]): CellView[] => steps.flatMap(({ holes }) => holes.flat());
      const given = cells(told);
      cells(guessed).forEach(({ token, step, confidence }, i) => {
        assert.deepEqual([token, step], [given[i]!.token, given[i]!.step]);
        // The guess has logits, the other's first step summaries, which are float32.
        assert.ok(Math.abs(confidence - given[i]!.confidence) < 1e-5);
      });
    });

    it('saves every candidate its first step, one that starts like another too', async () => {
      const last = await filled(runtime, { ...unknown, prefix: 'few = ', maxTokens: 4, candidates: 3 });
      assert.equal(last.forwards, 1 + last.index);
    });

    it('is followed by a whole first step where other masks were not scored with it', async () => {
      const last = await filled(runtime, {
        ...unknown,
        prefix: 'two = ',
        between: [' + '],
        holes: [{}, { tokens: 3 }],
      });
      assert.equal(last.forwards, 2 + last.index);
    });

    it('leaves a banned token banned', async () => {
      const request = { ...unknown, prefix: 'banned = ', steps: 1 };
      const [first] = (await filled(runtime, request)).holes[0]!;
      const { holes } = await filled(runtime, { ...request, bannedTokens: [first!.token] });
      assert.ok(holes[0]!.every(({ token }) => token !== first!.token));
    });
  });
});
