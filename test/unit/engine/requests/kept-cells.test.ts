import assert from 'node:assert/strict';
import type { CellView, FillRequest } from '../../../../src/engine/index';
import { fill } from '../../../../src/engine/requests/fill';
import type { Runtime } from '../../../../src/engine/model/runtime/runtime';
import { assertBadRequest, withHole } from '../../../support/engine/hole';
import { allSteps, filled, tinyRuntime } from '../../../support/engine/tiny-runtime';

describe('fill', function () {
  this.timeout(30_000);
  let runtime: Runtime;
  before(async () => (runtime = await tinyRuntime()));
  after(() => runtime.predictor.dispose());

  const tokensOf = (cells: readonly CellView[]): number[] => cells.map(({ token }) => token);
  const refused = (request: FillRequest, message: RegExp): Promise<void> =>
    assertBadRequest(runtime, request, message);

  describe('words kept inside a hole', () => {
    it('stay where they are, as locked cells', async () => {
      const { texts, holes } = await filled(
        runtime,
        withHole({ parts: [{ masks: 3 }, 'fö', { masks: 2 }, '(x)'] }),
      );
      const locked = holes[0]!.map((cell) => (cell.locked ? 'L' : '-')).join('');
      assert.match(locked, /^---L+--L+$/);
      assert.match(texts[0]!, /^.*fö.*\(x\)$/s);
      assert.ok(holes[0]!.every((cell) => (cell.locked ? cell.step === 0 : cell.step > 0)));
    });

    it('are tokenised apart from each other and from what is around the hole', async () => {
      // "ab" is one token of the tiny tokenizer, also across these edges if they were no edges.
      const { holes, texts } = await filled(
        runtime,
        withHole({ parts: ['a', 'b', { masks: 1 }] }, { prefix: 'a', suffix: 'b' }),
      );
      assert.equal(holes[0]!.length, 3);
      assert.ok(texts[0]!.startsWith('ab'));
      const whole = await filled(runtime, withHole({ parts: ['ab', { masks: 1 }] }));
      assert.equal(whole.holes[0]!.length, 2);
    });

    it('may stand beside masks of unknown length, within the limit', async () => {
      const request = withHole({ parts: [{ masks: undefined }, 'keep', { masks: undefined }] });
      const kept = runtime.tokenizer.encode('keep').length;
      for (const maxTokens of [1, 2, 9, 20]) {
        const { holes, texts } = await filled(runtime, { ...request, maxTokens });
        const masks = holes[0]!.filter(({ locked }) => !locked).length;
        assert.ok(masks >= 2 && masks <= Math.max(2, maxTokens), `${masks} of ${maxTokens}`);
        assert.equal(holes[0]!.length, masks + kept);
        assert.match(texts[0]!, /keep/);
      }
    });

    it('come back in the document’s line ending', async () => {
      const { texts } = await filled(
        runtime,
        withHole({ parts: ['a\r\nb', { masks: 1 }] }, { prefix: 'x\r\ny\r\n', suffix: '' }),
      );
      assert.ok(texts[0]!.startsWith('a\r\nb'));
    });

    it('are a text as they are when there is no mask', async () => {
      const steps = await allSteps(fill(runtime, withHole({ parts: ['whole'] }), undefined));
      assert.deepEqual(
        steps.map(({ texts, done, t }) => ({ texts, done, t })),
        [{ texts: ['whole'], done: true, t: 0 }],
      );
    });
  });

  describe('going on from an earlier step', () => {
    it('gives the same text as not having stopped', async () => {
      // One hole, no randomness: what follows depends on the canvas alone.
      const request = withHole({ tokens: 8 }, { threshold: 0 });
      const steps = await allSteps(fill(runtime, request, undefined));
      const cells = steps[3]!.holes[0]!.map(({ token, masked, confidence }) =>
        masked ? { token: null } : { token, confidence },
      );
      const rest = await allSteps(fill(runtime, withHole({ cells }, { threshold: 0 }), undefined));
      assert.equal(rest.length, steps.length - 3);
      assert.deepEqual(rest.at(-1)!.texts, steps.at(-1)!.texts);
      assert.deepEqual(tokensOf(rest.at(-1)!.holes[0]!), tokensOf(steps.at(-1)!.holes[0]!));
    });

    it('keeps what was locked or edited, and fills what was remasked', async () => {
      const [edited] = runtime.tokenizer.encode('z');
      const first = await filled(runtime, withHole({ tokens: 5 }));
      const cells = first.holes[0]!.map(({ token }, i) =>
        i === 1 ? { token: edited!, locked: true } : { token: i === 3 ? null : token },
      );
      const { holes } = await filled(runtime, withHole({ cells }));
      assert.equal(holes[0]![1]!.token, edited);
      assert.deepEqual(
        holes[0]!.map(({ locked, step }) => [locked, step]),
        [
          [false, 0],
          [true, 0],
          [false, 0],
          [false, 1],
          [false, 0],
        ],
      );
    });

    it('refuses tokens that are no text', async () => {
      for (const token of [-1, 0.5, 1, 5, 300, 1e9])
        await refused(withHole({ cells: [{ token }] }), /holes\[\]\.cells\[\]\.token/);
      await refused(
        withHole({
          cells: [
            { token: null, confidence: 2 },
            { token: 40, confidence: 2 },
          ],
        }),
        /confid/,
      );
      await refused(withHole({ parts: [{ masks: 0 }] }), /holes\[\]\.parts\[\]\.masks/);
    });
  });
});
