import assert from 'node:assert/strict';
import type { CellView, FillRequest } from '../../../../src/engine/index';
import { fill } from '../../../../src/engine/requests/fill';
import { SPECIAL } from '../../../../src/engine/text/special-tokens';
import type { MaskPredictor } from '../../../../src/engine/model/predictor/mask-predictor';
import type { Runtime } from '../../../../src/engine/model/runtime/runtime';
import { scriptedRuntime } from '../../../support/engine/scripted-predictor';
import { assertBadRequest, withHole } from '../../../support/engine/hole';
import { allSteps, filled, tinyRuntime } from '../../../support/engine/tiny-runtime';

/** The predictor, to be spread and changed: its methods are not its own properties. */
function spyOn(predictor: MaskPredictor): MaskPredictor {
  return {
    vocabulary: predictor.vocabulary,
    get forwards() {
      return predictor.forwards;
    },
    readContext: (context) => predictor.readContext(context),
    predict: (cache, rows) => predictor.predict(cache, rows),
    dispose: () => predictor.dispose(),
  };
}

describe('fill', function () {
  this.timeout(30_000);
  let runtime: Runtime;
  before(async () => (runtime = await tinyRuntime()));
  after(() => runtime.predictor.dispose());

  const tokensOf = (cells: readonly CellView[]): number[] => cells.map(({ token }) => token);
  const refused = (request: FillRequest, message: RegExp): Promise<void> =>
    assertBadRequest(runtime, request, message);

  it('starts all masked and ends with the whole text', async () => {
    const steps = await allSteps(fill(runtime, withHole({ tokens: 6 }), undefined));
    assert.equal(steps[0]!.t, 1);
    assert.deepEqual(steps[0]!.texts, ['']);
    assert.equal(steps.at(-1)!.t, 0);
    assert.deepEqual(
      steps.map(({ index, done }) => [index, done]),
      steps.map((_, i) => [i, i === steps.length - 1]),
    );
    assert.ok(steps.at(-1)!.holes[0]!.every(({ masked, locked }) => !masked && !locked));
  });

  it('says what else could stand in the cells it filled', async () => {
    const { holes } = await filled(runtime, withHole({ parts: ['k', { masks: 4 }] }, { alternatives: 3 }));
    const [kept, ...predicted] = holes[0]!;
    assert.deepEqual(kept!.alternatives, []);
    for (const { token, confidence, alternatives = [] } of predicted) {
      assert.equal(new Set([token, ...alternatives.map((other) => other.token)]).size, 4);
      const probabilities = [confidence, ...alternatives.map(({ probability }) => probability)];
      assert.deepEqual(
        probabilities,
        probabilities.toSorted((a, b) => b - a),
      );
      assert.ok(alternatives.every(({ token: id, text }) => text === runtime.tokenizer.display(id)));
    }
    const without = await filled(runtime, withHole({ tokens: 2 }));
    assert.ok(without.holes[0]!.every((cell) => !('alternatives' in cell)));
  });

  it('begins and ends in the middle of words as training cuts them: each side encoded by itself', async () => {
    // "ab" is one token of the tiny tokenizer where it stands together.
    assert.equal(runtime.tokenizer.encode('ab').length, 1);
    const seen: number[][] = [];
    const predictor: MaskPredictor = {
      ...spyOn(runtime.predictor),
      readContext: (context) => {
        seen.push([...context.ids]);
        return runtime.predictor.readContext(context);
      },
    };
    const request = { prefix: 'xa', suffix: 'by', holes: [{ tokens: 2 }] };
    const { texts } = await filled({ ...runtime, predictor }, request);
    const [before, after] = ['xa', 'by'].map((part) => runtime.tokenizer.encode(part));
    assert.deepEqual(seen, [[...before!, ...after!, SPECIAL.eot]]);
    assert.ok(texts[0]!.length > 0);
  });

  it('fills several holes together: what one gets depends on the others', async () => {
    const request = { prefix: 'f(', between: [', '], suffix: ')', temperature: 5 };
    const kept = (text: string): FillRequest => ({
      ...request,
      sampling: 'multinomial',
      holes: [{ tokens: 4 }, { parts: [text, { masks: 1 }] }],
    });
    const [first, second] = [await filled(runtime, kept('one')), await filled(runtime, kept('two'))];
    assert.equal(first.texts.length, 2);
    assert.match(first.texts[1]!, /^one/);
    assert.notDeepEqual(
      first.holes[0]!.map(({ confidence }) => confidence),
      second.holes[0]!.map(({ confidence }) => confidence),
    );
  });

  it('has a usable text when it is stopped early, and lets go of its context', async () => {
    let released = 0;
    const predictor: MaskPredictor = {
      ...spyOn(runtime.predictor),
      readContext: async (context) => {
        const cache = await runtime.predictor.readContext(context);
        const release = cache.release.bind(cache);
        return Object.assign(cache, {
          release: () => {
            released++;
            release();
          },
        });
      },
    };
    let text: string | undefined;
    const request = withHole({ parts: ['x', { masks: 6 }, 'y'] }, { threshold: 0, guidance: 1 });
    for await (const step of fill({ ...runtime, predictor }, request, undefined)) {
      text = step.texts[0]!;
      if (step.index === 3) break;
    }
    assert.match(text!, /^x.+y$/s);
    assert.equal(released, 2);
  });

  it('draws no banned token', async () => {
    const free = await filled(runtime, withHole({ tokens: 5 }));
    const bannedTokens = [...new Set(tokensOf(free.holes[0]!))];
    const { holes } = await filled(runtime, withHole({ tokens: 5 }, { bannedTokens }));
    assert.ok(tokensOf(holes[0]!).every((token) => !bannedTokens.includes(token)));
  });

  it('mends broken characters, but never a locked cell', async () => {
    const [half] = runtime.tokenizer.encode('é');
    assert.ok(runtime.tokenizer.incomplete.has(half!));
    const cells = [{ token: half!, locked: true }, { token: null }, { token: half! }, { token: null }];
    const { holes } = await filled(runtime, withHole({ cells }));
    assert.equal(holes[0]![0]!.token, half);
    assert.notEqual(holes[0]![2]!.token, half);
  });

  it('revokes by what the bundle says of visible tokens, or of each one masked alone', async () => {
    for (const remask of [true, false]) {
      const scripted = scriptedRuntime(undefined, { expand: false, remask, guidance: false });
      const canvases: { masked: number; wanted: number }[][] = [];
      const predictor: MaskPredictor = {
        ...spyOn(scripted.predictor),
        predict: (cache, rows) => {
          const owners = rows.canvases ?? new Int32Array(rows.ids.length);
          canvases.push(
            [...new Set(owners)].map((owner) => ({
              masked: rows.ids.filter((id, row) => owners[row] === owner && id === SPECIAL.mask).length,
              wanted: rows.wanted.filter((row) => owners[row] === owner).length,
            })),
          );
          return scripted.predictor.predict(cache, rows);
        },
      };
      // Nothing is mended in the end, which would be a process without remasking.
      const bannedTokens = [...scripted.tokenizer.incomplete];
      const revoking = { remasking: 'revoke', remaskingStrength: 1, steps: 4, bannedTokens } as const;
      const last = await filled({ ...scripted, predictor }, withHole({ tokens: 12 }, revoking));
      assert.ok(last.t === 0);
      assert.equal(canvases.length, 4);
      // Three a step, and two of them taken back by the next.
      assert.deepEqual(
        canvases.map(([canvas]) => canvas!.masked),
        [12, 9, 8, 7],
      );
      for (const [canvas, ...alone] of canvases) {
        if (remask) assert.deepEqual([canvas!.wanted, alone.length], [12, 0]);
        else {
          assert.equal(canvas!.wanted, canvas!.masked);
          assert.equal(alone.length, 12 - canvas!.masked);
          for (const one of alone) assert.deepEqual(one, { masked: canvas!.masked + 1, wanted: 1 });
        }
      }
    }
  });

  it('takes the former name of the ancestral order for it', async () => {
    const [former, present] = (['forebear', 'ancestral'] as const).map((order) =>
      filled(runtime, withHole({ tokens: 6 }, { order, steps: 3, seed: 5 })),
    );
    assert.deepEqual((await former!).texts, (await present!).texts);
  });

  it('names the option that is wrong', async () => {
    await refused(
      withHole({}, { order: 'down' as 'left' }),
      /“order” must be random or .* or ancestral, not "down"/,
    );
    await refused(withHole({}, { schedule: 'fast' as 'linear' }), /schedule/);
    await refused(withHole({}, { remasking: 'all' as 'none' }), /“remasking” must be none or .*revoke/);
    await refused(withHole({}, { order: 'ancestral', remasking: 'revoke' }), /ancestral/);
    await refused(withHole({}, { remaskingStrength: 1.5 }), /remaskingStrength/);
    await refused(withHole({}, { guidance: -1 }), /guidance/);
    await refused(withHole({}, { thresholdFactor: NaN }), /thresholdFactor/);
    await refused(withHole({}, { entropyBound: -0.1 }), /entropyBound/);
    await refused(withHole({}, { bannedTokens: [300] }), /bannedTokens/);
    await refused(withHole({}, { alternatives: 65 }), /alternatives/);
  });
});
