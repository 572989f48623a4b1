import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FillRequest, Step } from '../../../../../src/engine/index';
import { fill } from '../../../../../src/engine/requests/fill';
import { SPECIAL } from '../../../../../src/engine/text/special-tokens';
import { TINY } from '../../../../../scripts/tiny-bundle/tiny-network';
import { randomScript, scriptedRuntime, type Script } from '../../../../support/engine/scripted-predictor';
import { allSteps, filled } from '../../../../support/engine/tiny-runtime';

const LEARNED = { expand: true, remask: false, guidance: false };
const { tokenizer } = scriptedRuntime();
const [LETTER] = tokenizer.encode('q') as [number];
const AROUND = { prefix: 'a ', suffix: ' b' };

/** Surely the token, else the letter. */
function row(token: number): Float32Array {
  const logits = new Float32Array(TINY.vocabulary);
  logits[LETTER] = 5;
  if (token !== LETTER) logits[token] = 20;
  return logits;
}

/** Knows how long the hole is: surely wants more masks while it is shorter, fewer while it is longer. */
function wants(length: number): Script {
  return (_, cells, index) => {
    const masks = cells.flatMap((id, i) => (id === SPECIAL.mask ? [i] : []));
    const tooMany = cells.length - length;
    if (tooMany > 0 && masks.slice(-tooMany).includes(index)) return row(SPECIAL.delete);
    if (tooMany < 0 && masks.slice(0, -tooMany).includes(index)) return row(SPECIAL.expand);
    return row(LETTER);
  };
}

describe('unknown length, by a bundle that has learned it', function () {
  this.timeout(20_000);
  const run = (script: Script, request: Partial<FillRequest>): Promise<Step[]> =>
    allSteps(fill(scriptedRuntime(script, LEARNED), { ...AROUND, ...request }, undefined));

  for (const length of [0, 1, 5, 8, 23, 64]) {
    it(`grows or shrinks a hole to ${length} tokens`, async () => {
      const steps = await run(wants(length), { allowBlank: true });
      assert.equal(steps.at(-1)!.texts[0], 'q'.repeat(length));
      assert.ok(steps.at(-1)!.holes[0]!.every(({ masked }) => !masked));
    });
  }

  it('grows and shrinks by several masks in one step', async () => {
    const lengths = (await run(wants(30), {})).map(({ holes }) => holes[0]!.length);
    assert.deepEqual(lengths.slice(0, 4), [8, 16, 30, 30]);
    const shrunk = (await run(wants(2), {})).map(({ holes }) => holes[0]!.length);
    assert.deepEqual(shrunk.slice(0, 2), [8, 2]);
  });

  it('never grows beyond the limit, and ends, however much the bundle wants', async () => {
    const always: Script = () => row(SPECIAL.expand);
    for (const maxTokens of [1, 7, 31, 64, 100]) {
      const steps = await run(always, { maxTokens, threshold: 0.5 });
      assert.ok(steps.every(({ holes }) => holes[0]!.length <= maxTokens));
      assert.equal(steps.at(-1)!.holes[0]!.length, maxTokens);
    }
  });

  it('leaves the length of a hole alone that the caller has decided', async () => {
    const steps = await run(wants(20), { holes: [{ tokens: 4 }] });
    assert.ok(steps.every(({ holes }) => holes[0]!.length === 4));
    assert.equal(steps.at(-1)!.texts[0], 'qqqq');
  });

  it('takes a replaced text’s length for the one to begin with', async () => {
    const steps = await run(wants(5), { holes: [{ replaced: 'x+x' }] });
    assert.equal(steps[0]!.holes[0]!.length, 3);
    assert.equal(steps.at(-1)!.texts[0], 'qqqqq');
  });

  it('changes only the masks of unknown length beside kept words', async () => {
    const parts = [{ masks: undefined }, 'k', { masks: 2 }];
    const steps = await run(wants(12), { holes: [{ parts }], maxTokens: 20 });
    assert.equal(steps.at(-1)!.texts[0], `${'q'.repeat(9)}kqq`);
    const locked = steps.at(-1)!.holes[0]!.map((cell) => cell.locked);
    assert.equal(locked.indexOf(true), 9);
  });

  it('keeps to the steps it is given', async () => {
    for (const steps of [1, 2, 5]) {
      const taken = await run(wants(40), { steps, threshold: 0 });
      assert.ok(taken.length - 1 <= steps);
      assert.equal(taken.at(-1)!.t, 0);
    }
    // Masks that are rather none than anything else, though hardly.
    const wavering: Script = () => {
      const logits = new Float32Array(TINY.vocabulary);
      logits[SPECIAL.delete] = 5;
      return logits;
    };
    for (const steps of [1, 2]) assert.ok((await run(wavering, { steps })).length - 1 <= steps);
  });

  it('ends on any network, with any options, within the limits', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(),
          maxTokens: fc.integer({ min: 1, max: 10 }),
          threshold: fc.constantFrom(0, 0.05, 0.9),
          candidates: fc.integer({ min: 1, max: 2 }),
          remasking: fc.constantFrom('none' as const, 'remdm-cap' as const, 'revoke' as const),
          blockLength: fc.constantFrom(0, 5),
        }),
        fc.nat(1000),
        async (options, salt) => {
          const random = randomScript(TINY.vocabulary);
          // Lengths are wanted so often that the limits are met.
          const script: Script = (context, cells, index) => {
            const logits = random([...context, salt], cells, index);
            logits[SPECIAL.expand]! += 6;
            logits[SPECIAL.delete]! += 5;
            return logits;
          };
          const sampling = { sampling: 'multinomial' } as const;
          const runtime = scriptedRuntime(script, LEARNED);
          const between = ['+'];
          const { holes, t } = await filled(runtime, { ...AROUND, between, ...sampling, ...options });
          assert.equal(t, 0);
          for (const cells of holes) {
            assert.ok(cells.length <= options.maxTokens);
            assert.ok(cells.every(({ token }) => !tokenizer.unwritable.includes(token)));
          }
        },
      ),
      { numRuns: 25 },
    ));
});
