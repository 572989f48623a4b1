import assert from 'node:assert/strict';
import type { CellView, EngineError, FillRequest, HoleRequest, Step } from '../../../../src/engine/index';
import { fill } from '../../../../src/engine/requests/fill';
import { generate } from '../../../../src/engine/requests/generate';
import { SPECIAL } from '../../../../src/engine/text/special-tokens';
import type { MaskPredictor } from '../../../../src/engine/model/predictor/mask-predictor';
import type { Runtime } from '../../../../src/engine/model/runtime/runtime';
import { TINY } from '../../../../scripts/tiny-bundle/tiny-network';
import { scriptedRuntime } from '../../../support/engine/scripted-predictor';
import { allSteps, filled, tinyRuntime } from '../../../support/engine/tiny-runtime';

const AROUND = { path: 'a/b.ts', prefix: 'let x = ', suffix: ';\nlet y = 2;\n' };

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

  const withHole = (hole: HoleRequest, more: Partial<FillRequest> = {}): FillRequest => ({
    ...AROUND,
    holes: [hole],
    ...more,
  });
  const tokensOf = (cells: readonly CellView[]): number[] => cells.map(({ token }) => token);
  const refused = async (request: FillRequest, message: RegExp): Promise<void> => {
    await assert.rejects(filled(runtime, request), (error: EngineError) => {
      assert.equal(error.code, 'bad-request');
      assert.match(error.message, message);
      return true;
    });
  };

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

describe('generate', () => {
  const runtime = scriptedRuntime((_, cells, index) => {
    const logits = new Float32Array(TINY.vocabulary);
    logits[50 + index] = 5;
    if (index === cells.length - 3) logits[SPECIAL.eot] = 9;
    return logits;
  });

  it('ends the text before its last token only when it may', async () => {
    const texts = async (suppressEndOfText?: boolean): Promise<string> => {
      const request = { tokens: 8, ...(suppressEndOfText === undefined ? {} : { suppressEndOfText }) };
      return (await allSteps(generate(runtime, request, undefined))).at(-1)!.texts[0]!;
    };
    const whole = await texts();
    assert.equal(whole.length, 8);
    assert.equal(await texts(true), whole);
    assert.equal(await texts(false), whole.slice(0, 5));
  });
});
