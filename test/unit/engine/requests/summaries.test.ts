import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { findPlaces } from '../../../../src/cli/bench/places';
import type { CellView, FillRequest, Step } from '../../../../src/engine/index';
import { UNMASKING_ORDERS } from '../../../../src/engine/contract/reverse-process';
import { fill } from '../../../../src/engine/requests/fill';
import { likelihood } from '../../../../src/engine/requests/likelihood';
import { loadRuntime } from '../../../../src/engine/model/runtime/load-from-folder';
import { findBundledModels } from '../../../../src/engine/model/bundle/bundled-model';
import type { Runtime } from '../../../../src/engine/model/runtime/runtime';
import { score } from '../../../../src/engine/requests/score';
import { counting } from '../../../support/engine/counting';
import { allSteps, filled, tinyRuntime } from '../../../support/engine/tiny-runtime';

const AROUND = { path: 'a.ts', prefix: 'const a = ', suffix: ';\n' };

/** Tells if two fills went the same way, step by step. */
function assertSame(wanted: readonly Step[], got: readonly Step[]): void {
  const places = (steps: readonly Step[]): unknown =>
    steps.map(({ committed, remasked, texts }) => ({ committed, remasked, texts }));
  assert.deepEqual(places(got), places(wanted));
  const cells = (steps: readonly Step[]): CellView[] => steps.flatMap(({ holes }) => holes.flat());
  const given = cells(wanted);
  cells(got).forEach(({ token, confidence, alternatives = [] }, i) => {
    const cell = given[i]!;
    assert.equal(token, cell.token);
    assert.ok(Math.abs(confidence - cell.confidence) < 1e-5, `${confidence} is not ${cell.confidence}`);
    assert.deepEqual(
      alternatives.map((other) => other.token),
      (cell.alternatives ?? []).map((other) => other.token),
    );
  });
}

describe('steps by summaries', function () {
  this.timeout(60_000);
  let runtime: Runtime;
  before(async () => {
    const tiny = await tinyRuntime();
    runtime = { ...tiny, config: { ...tiny.config, learned: { ...tiny.config.learned, expand: true } } };
  });
  after(() => runtime.predictor.dispose());

  it('go the same way as by logits, whatever the options', async () => {
    const some = fc.record({
      seed: fc.nat(),
      prefix: fc.string({ maxLength: 40 }),
      maxTokens: fc.integer({ min: 1, max: 12 }),
      order: fc.constantFrom(...UNMASKING_ORDERS),
      threshold: fc.constantFrom(0, 0.1, 0.9),
      entropyBound: fc.constantFrom(0, 1),
      blockLength: fc.constantFrom(0, 3),
      alternatives: fc.integer({ min: 0, max: 7 }),
      suppressEndOfText: fc.boolean(),
      bannedTokens: fc.array(fc.integer({ min: 0, max: 299 }), { maxLength: 100 }),
      remask: fc.boolean(),
    });
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(some, async ({ remask, ...options }) => {
        const remasking = remask && options.order !== 'ancestral' ? 'remdm-cap' : 'none';
        const request: FillRequest = { ...AROUND, ...options, remasking };
        const [by, without] = [true, false].map((summaries) => counting(runtime, summaries));
        const got = await allSteps(fill(by!.runtime, request, undefined));
        assertSame(await allSteps(fill(without!.runtime, request, undefined)), got);
        steps += by!.asked.summaries;
      }),
      { numRuns: 60, seed: 1 },
    );
    assert.ok(steps > 100, `${steps} steps by summaries`);
  });

  it('are all that a greedy fill takes, and logits all where they are needed', async () => {
    const hole = { holes: [{ tokens: 6 }] };
    const incomplete = [...runtime.tokenizer.incomplete];
    const asked = async (more: Partial<FillRequest>, on = runtime): Promise<string> => {
      const { runtime: counted, asked } = counting(on, true);
      // Nothing has to be mended in the end.
      const request = { ...AROUND, ...hole, bannedTokens: incomplete, threshold: 0, ...more };
      await filled(counted, request);
      return `${asked.summaries} summaries, ${asked.logits} logits`;
    };
    const guided = {
      ...runtime,
      config: { ...runtime.config, learned: { ...runtime.config.learned, guidance: true } },
    };
    assert.equal(await asked({}), '6 summaries, 0 logits');
    assert.equal(await asked({ alternatives: 7 }), '6 summaries, 0 logits');
    assert.equal(await asked({ remasking: 'remdm-cap' }), '6 summaries, 0 logits');
    assert.equal(await asked({ alternatives: 8 }), '0 summaries, 6 logits');
    assert.equal(await asked({ sampling: 'multinomial' }), '0 summaries, 6 logits');
    assert.equal(await asked({ guidance: 1 }, guided), '0 summaries, 12 logits');
    assert.match(await asked({ remasking: 'revoke', steps: 4 }), /^0 summaries, \d+ logits$/);
    // The second candidate is drawn.
    assert.equal(await asked({ candidates: 2 }), '0 summaries, 6 logits');
  });

  it('give way to logits where broken characters are drawn anew', async () => {
    const [half] = runtime.tokenizer.encode('é');
    const cells = [{ token: null }, { token: half! }, { token: null }];
    const { runtime: counted, asked } = counting(runtime, true);
    await filled(counted, { ...AROUND, holes: [{ cells }], threshold: 0 });
    assert.ok(asked.summaries >= 2 && asked.logits >= 1, JSON.stringify(asked));
  });

  it('are not asked of texts that are judged', async () => {
    const { runtime: counted, asked } = counting(runtime, true);
    await score(counted, { ...AROUND, text: 'abc' }, undefined);
    await likelihood(counted, { ...AROUND, middles: ['abc'], draws: 4 }, undefined);
    assert.equal(asked.summaries, 0);
    assert.ok(asked.logits >= 2);
  });

  it('fill real holes with the same texts in as many steps', async () => {
    const [model] = findBundledModels('.').filter(({ precision }) => precision === 'int8');
    const { runtime: bundled } = await loadRuntime(path.resolve(model!.folder), {
      provider: 'cpu',
      threads: 1,
    });
    const place = findPlaces('.');
    const [by, without] = [true, false].map((summaries) => counting(bundled, summaries));
    for (let i = 0; i < 6; i++) {
      const got = await allSteps(fill(by!.runtime, place(i), undefined));
      assertSame(await allSteps(fill(without!.runtime, place(i), undefined)), got);
    }
    await bundled.predictor.dispose();
    assert.ok(by!.asked.summaries > 3 * by!.asked.logits, JSON.stringify(by!.asked));
  });
});
