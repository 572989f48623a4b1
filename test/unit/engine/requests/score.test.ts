import assert from 'node:assert/strict';
import type { EngineError } from '../../../../src/engine/index';
import { score } from '../../../../src/engine/requests/score';
import type { Runtime } from '../../../../src/engine/model/runtime/runtime';
import { tokenize } from '../../../../src/engine/requests/tokenize';
import { filled, tinyRuntime } from '../../../support/engine/tiny-runtime';

const AROUND = { path: 'a.ts', prefix: 'let x = ', suffix: ';\r\n' };

describe('score', function () {
  this.timeout(30_000);
  let runtime: Runtime;
  before(async () => (runtime = await tinyRuntime()));
  after(() => runtime.predictor.dispose());

  it('gives each token the probability it has when it alone is masked', async () => {
    const text = 'value';
    const { tokens } = await score(runtime, { ...AROUND, text, alternatives: 2 }, undefined);
    const ids = runtime.tokenizer.encode(text);
    assert.deepEqual(
      tokens.map(({ token }) => token),
      ids,
    );
    assert.equal(tokens.map((token) => token.text).join(''), text);
    for (const [masked, { token, probability, alternatives }] of tokens.entries()) {
      // A fill of the one masked cell sees the same canvas.
      const cells = ids.map((id, i) => ({ token: i === masked ? null : id }));
      const step = await filled(runtime, { ...AROUND, holes: [{ cells }], alternatives: 64 });
      const { token: best, confidence, alternatives: others = [] } = step.holes[0]![masked]!;
      const all = [{ token: best, probability: confidence }, ...others];
      const expected = all.find((choice) => choice.token === token);
      if (expected) assert.ok(Math.abs(expected.probability - probability) < 1e-6);
      else assert.ok(probability <= all.at(-1)!.probability);
      assert.deepEqual(
        alternatives.map((other) => other.token),
        all
          .filter((choice) => choice.token !== token)
          .slice(0, 2)
          .map((other) => other.token),
      );
    }
  });

  it('judges longer texts part after part, and says when one is too long', async () => {
    const text = 'x+'.repeat(25);
    const { tokens, forwards } = await score(runtime, { ...AROUND, text }, undefined);
    assert.equal(tokens.length, 50);
    assert.ok(tokens.every(({ probability }) => probability > 0 && probability <= 1));
    assert.ok(forwards >= 8);
    await assert.rejects(
      score(runtime, { ...AROUND, text: 'x+'.repeat(200) }, undefined),
      ({ code }: EngineError) => code === 'region-too-large',
    );
    assert.deepEqual((await score(runtime, { ...AROUND, text: '' }, undefined)).tokens, []);
  });

  it('reads what a bundle that has learned to doubt thinks of visible tokens, in one forward', async () => {
    const text = 'x+'.repeat(25);
    const alone = await score(runtime, { ...AROUND, text }, undefined);
    assert.equal(runtime.config.learned.remask, false);
    const unlearned = await score(runtime, { ...AROUND, text, masked: 'none' }, undefined);
    assert.deepEqual(unlearned.tokens, alone.tokens);
    const learned = { ...runtime.config.learned, remask: true };
    const doubting = { ...runtime, config: { ...runtime.config, learned } };
    const seen = await score(doubting, { ...AROUND, text, masked: 'none' }, undefined);
    assert.deepEqual(
      seen.tokens.map(({ token }) => token),
      alone.tokens.map(({ token }) => token),
    );
    // One reading of the context, one forward.
    assert.ok(seen.forwards < alone.forwards && seen.forwards <= 2);
    assert.notDeepEqual(seen.tokens, alone.tokens);
    await assert.rejects(
      score(runtime, { ...AROUND, text, masked: 'one' as unknown as 'all' }, undefined),
      ({ code, message }: EngineError) => code === 'bad-request' && message.includes('each or all or none'),
    );
  });

  it('gives the tokens the probabilities that they have when all are masked, in one canvas', async () => {
    const text = 'value + 1';
    const ids = runtime.tokenizer.encode(text);
    const { tokens, forwards } = await score(runtime, { ...AROUND, text, masked: 'all' }, undefined);
    assert.ok(forwards <= 2);
    // The first step of a fill of as many masks sees the same canvas.
    const holes = [{ tokens: ids.length }];
    const request = { ...AROUND, holes, steps: 1, alternatives: 64, repetitionPenalty: 1 };
    const step = await filled(runtime, request);
    for (const [i, { token, probability }] of tokens.entries()) {
      assert.equal(token, ids[i]);
      const { token: best, confidence, alternatives = [], step: committed } = step.holes[0]![i]!;
      // What was no whole character is drawn once more.
      if (committed !== 1) continue;
      const all = [{ token: best, probability: confidence }, ...alternatives];
      const expected = all.find((choice) => choice.token === token);
      if (expected) assert.ok(Math.abs(expected.probability - probability) < 1e-6);
      else assert.ok(probability <= all.at(-1)!.probability);
    }
  });

  it('is cancelled, before it begins or between two parts', async () => {
    const cancelled = ({ code }: EngineError): boolean => code === 'cancelled';
    await assert.rejects(score(runtime, { ...AROUND, text: 'abc' }, AbortSignal.abort()), cancelled);
    const before = runtime.predictor.forwards;
    const abort = new AbortController();
    const scoring = score(runtime, { ...AROUND, text: 'x+'.repeat(25) }, abort.signal);
    // As the engine process reads a cancellation: in the event loop, when a forward has ended.
    const reading = setInterval(() => runtime.predictor.forwards > before && abort.abort(), 0);
    await assert.rejects(scoring, cancelled);
    clearInterval(reading);
    assert.ok(runtime.predictor.forwards - before < 8, 'it went on to the end');
  });

  it('tokenizes as a hole does', async () => {
    const text = 'a = "é[MASK]"\r\n';
    const tokens = tokenize(runtime, text);
    const { holes } = await filled(runtime, { ...AROUND, holes: [{ parts: [text] }] });
    assert.deepEqual(
      tokens,
      holes[0]!.map((cell) => ({ token: cell.token, text: cell.text })),
    );
    assert.equal(runtime.tokenizer.decode(tokens.map(({ token }) => token)), 'a = "é[MASK]"\n');
  });
});
