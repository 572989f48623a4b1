import assert from 'node:assert/strict';
import type { FillRequest } from '../../../../src/engine/index';
import { Random } from '../../../../src/engine/diffusion/random';
import { fill } from '../../../../src/engine/requests/fill';
import { generate } from '../../../../src/engine/requests/generate';
import { SPECIAL } from '../../../../src/engine/text/special-tokens';
import { encodeContext } from '../../../../src/engine/text/context-window';
import { llada } from '../../../support/engine/llada';
import { TINY } from '../../../../scripts/tiny-bundle/tiny-network';
import { randomScript, scriptedRuntime } from '../../../support/engine/scripted-predictor';
import { allSteps } from '../../../support/engine/tiny-runtime';

const TEXT = { prefix: 'for x in ', suffix: ' do' };
const SEED = 4;

/** The engine's whole way from request to text beside LLaDA's published loop, token for token, step for step. */
describe('LLaDA’s generation loop', () => {
  const script = randomScript(TINY.vocabulary);
  const { tokenizer } = scriptedRuntime();
  // Halves of characters too, or the engine would mend them behind the back of the comparison.
  const banned = [...tokenizer.unwritable, ...tokenizer.incomplete];
  const prompt = encodeContext((text) => tokenizer.encode(text), { ...TEXT, between: [] }, 100)!.flat();

  /** x after each step that changed it. */
  function published(request: FillRequest, genLength: number, context: readonly number[]): number[][] {
    const { order, steps = genLength, blockLength = 0, guidance = 0, temperature = 0 } = request;
    const random = new Random(SEED);
    const history = llada(context, {
      steps,
      genLength,
      blockLength: blockLength === 0 ? genLength : blockLength,
      temperature,
      cfgScale: guidance,
      remasking: order === 'random' ? 'random' : 'low_confidence',
      maskId: SPECIAL.mask,
      rand: () => random.uniform(),
      model: (x) => {
        const cells = x.slice(context.length);
        // Without the prompt, the engine's side has no context, LLaDA's a masked one.
        const seen = x[0] === SPECIAL.mask ? [] : context;
        return x.map((_, i) => {
          if (i < context.length) return new Float32Array(TINY.vocabulary);
          const logits = script(seen, cells, i - context.length);
          for (const token of banned) logits[token] = -Infinity;
          return logits;
        });
      },
    }).map((x) => x.slice(context.length));
    return history.filter((x, i) => x.join() !== (history[i - 1] ?? []).join());
  }

  const greedy = { threshold: 0, seed: SEED, bannedTokens: [...tokenizer.incomplete] };
  const multinomial = { ...greedy, sampling: 'multinomial', temperature: 0.8 } as const;
  const cases: Readonly<Record<string, Partial<FillRequest>>> = {
    'low confidence': greedy,
    'low confidence, fewer steps': { ...greedy, steps: 5 },
    'low confidence, multinomial': { ...multinomial, steps: 8 },
    'low confidence, blocks': { ...greedy, steps: 8, blockLength: 4 },
    'low confidence, guidance': { ...greedy, steps: 6, guidance: 1.5 },
    'low confidence, blocks, guidance, multinomial': {
      ...multinomial,
      steps: 8,
      blockLength: 8,
      guidance: 0.5,
    },
    random: { ...greedy, order: 'random' },
    'random, multinomial, fewer steps': { ...multinomial, order: 'random', steps: 5 },
    'random, blocks': { ...greedy, order: 'random', steps: 8, blockLength: 4 },
    'random, blocks, guidance': { ...greedy, order: 'random', steps: 8, blockLength: 4, guidance: 1 },
  };
  for (const [name, options] of Object.entries(cases)) {
    it(name, async () => {
      const runtime = scriptedRuntime(script);
      const request = { ...TEXT, ...options, holes: [{ tokens: 16 }] };
      const taken = await allSteps(fill(runtime, request, undefined));
      const canvases = taken.slice(1).map(({ holes }) => holes[0]!.map(({ token }) => token));
      assert.deepEqual(canvases, published(request, 16, prompt));
      assert.equal(canvases.at(-1)!.includes(SPECIAL.mask), false);
      // One forward for the context, and one for each step, two with guidance.
      const perStep = options.guidance === undefined ? 1 : 2;
      assert.equal(taken.at(-1)!.forwards, 1 + perStep * canvases.length);
    });
  }

  it('from nothing, where guidance changes nothing', async () => {
    const options = { ...multinomial, steps: 6, guidance: 2 };
    const taken = await allSteps(generate(scriptedRuntime(script), { tokens: 12, ...options }, undefined));
    const canvases = taken.slice(1).map(({ holes }) => holes[0]!.map(({ token }) => token));
    assert.deepEqual(canvases, published({ ...TEXT, ...options, guidance: 0 }, 12, []));
    assert.equal(taken.at(-1)!.forwards, canvases.length);
  });
});
