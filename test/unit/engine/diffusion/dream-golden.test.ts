import assert from 'node:assert/strict';
import type { FillRequest } from '../../../../src/engine/index';
import { Random } from '../../../../src/engine/diffusion/random';
import { fill } from '../../../../src/engine/requests/fill';
import type { Runtime } from '../../../../src/engine/model/runtime/runtime';
import { SPECIAL } from '../../../../src/engine/text/special-tokens';
import { encodeContext } from '../../../../src/engine/text/context-window';
import { cal, dream, dreamOn, type DreamSampling } from '../../../support/engine/dream';
import { TINY } from '../../../../scripts/tiny-bundle/tiny-network';
import { randomScript, scriptedRuntime, type Script } from '../../../support/engine/scripted-predictor';
import { allSteps } from '../../../support/engine/tiny-runtime';

const TEXT = { prefix: 'for x in ', suffix: ' do' };
const SEED = 4;
const CELLS = 16;

const random = randomScript(TINY.vocabulary);
const { tokenizer } = scriptedRuntime();
// Halves of characters too, or the engine would mend them behind the back of the comparison.
const UNWRITABLE = [...tokenizer.unwritable, ...tokenizer.incomplete];
const PROMPT = encodeContext((text) => tokenizer.encode(text), { ...TEXT, between: [] }, 100)!.flat();

const ALGS = {
  ancestral: 'origin',
  confidence: 'maskgit_plus',
  margin: 'topk_margin',
  entropy: 'entropy',
} as const;
type Order = keyof typeof ALGS;

/** The published loop's options for a request; it sees cells alone, as the engine's rows are of cells alone. */
function published(request: Partial<FillRequest>, script: Script, banned: readonly number[]): DreamSampling {
  const noise = new Random(SEED);
  const { order = 'entropy', sampling, temperature = 1, topP, topK, orderTemperature } = request;
  return {
    temperature: sampling === 'multinomial' ? temperature : 0,
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(orderTemperature === undefined ? {} : { algTemp: orderTemperature }),
    alg: ALGS[order as Order],
    maskId: SPECIAL.mask,
    rand: () => noise.uniform(),
    model: (x) =>
      [...x.keys()]
        .filter((i) => x[i] === SPECIAL.mask)
        .map((i) => {
          const logits = script(PROMPT, x, i);
          for (const token of banned) logits[token] = -Infinity;
          return logits;
        }),
  };
}

async function canvases(runtime: Runtime, request: FillRequest): Promise<number[][]> {
  const taken = await allSteps(fill(runtime, request, undefined));
  return taken.slice(1).map(({ holes }) => holes[0]!.map(({ token }) => token));
}

const BASE = { ...TEXT, seed: SEED, bannedTokens: [...tokenizer.incomplete] };
const MULTINOMIAL = { sampling: 'multinomial', temperature: 0.4, topP: 0.9 } as const;

describe('Dream’s generation loop', () => {
  const options: Readonly<Record<string, Partial<FillRequest>>> = {
    greedy: { steps: 6 },
    'as many steps as masks': {},
    'temperature, top-p': { ...MULTINOMIAL, steps: 7 },
    'top-k': { ...MULTINOMIAL, topP: 1, topK: 20, steps: 5 },
    'temperature of the order': { steps: 6, orderTemperature: 0.3 },
    'all of it': { ...MULTINOMIAL, steps: 9, orderTemperature: 0.1 },
  };
  for (const order of Object.keys(ALGS) as Order[]) {
    for (const [name, own] of Object.entries(options)) {
      it(`${ALGS[order]}, ${name}`, async () => {
        const request = { ...BASE, ...own, order, decoding: 'dream', holes: [{ tokens: CELLS }] } as const;
        const steps = own.steps ?? CELLS;
        const settings = { ...published(request, random, UNWRITABLE), steps, eps: 1e-3 };
        const all = dream(new Array<number>(CELLS).fill(SPECIAL.mask), settings);
        // The engine ends when nothing is masked; Dream goes on to its last step.
        const end = all.findIndex((x) => !x.includes(SPECIAL.mask));
        assert.deepEqual(await canvases(scriptedRuntime(random), request), all.slice(0, end + 1));
      });
    }
  }
});

describe('DreamOn’s generation loop', () => {
  /** Now and then the tokens that change the length are wanted most. */
  const resizing =
    (expand: number, shrink: number): Script =>
    (context, cells, index) => {
      const logits = random(context, cells, index);
      logits[SPECIAL.expand]! += expand;
      logits[SPECIAL.delete]! += shrink;
      return logits;
    };
  const learned = { expand: true, remask: false, guidance: false };
  const banned = UNWRITABLE.filter((token) => token !== SPECIAL.expand && token !== SPECIAL.delete);
  const scripts = {
    grows: resizing(5, 0),
    shrinks: resizing(0, 4),
    both: resizing(3, 2.5),
    full: resizing(9, 0),
  };
  for (const [name, script] of Object.entries(scripts)) {
    for (const order of ['confidence', 'margin', 'entropy'] as const) {
      for (const padDeleteToRight of [false, true]) {
        it(`${name}, ${ALGS[order]}${padDeleteToRight ? ', a delete takes all behind it' : ''}`, async () => {
          const runtime = scriptedRuntime(script, learned);
          const config = { ...runtime.config, deleteTakesAllBehind: padDeleteToRight };
          for (const own of [{}, MULTINOMIAL, { orderTemperature: 0.2 }]) {
            const request = { ...BASE, ...own, order, decoding: 'dreamon', maxTokens: CELLS } as const;
            const options = {
              ...published(request, script, banned),
              expandId: SPECIAL.expand,
              deleteId: SPECIAL.delete,
              maxGenLen: CELLS,
              padDeleteToRight,
            };
            const wanted = dreamOn([], 4, [], options);
            const given = await canvases({ ...runtime, config }, request);
            assert.deepEqual(given, wanted);
            assert.ok(given.every(({ length }) => length <= CELLS));
            if (name === 'shrinks') assert.ok(given.at(-1)!.length < 4);
            if (name === 'grows') assert.ok(given.at(-1)!.length > 4);
          }
        });
      }
    }
  }
});

describe('CAL’s search for a length', () => {
  it('finds the length, and looks at the lengths, that the published one does', async () => {
    for (const peak of [2, 6, 8, 11, 23, 60]) {
      /** Masks are the surer the nearer their number is to the peak. */
      const script: Script = (context, cells, index) => {
        const logits = random(context, [cells.length], index);
        logits[40 + index]! += 12 - 0.3 * Math.abs(cells.length - peak);
        return logits;
      };
      const runtime = scriptedRuntime(script);
      const phi = (length: number): number => {
        const masks = new Array<number>(length).fill(SPECIAL.mask);
        const rows = masks.map((_, i) => {
          const logits = script(PROMPT, masks, i);
          for (const token of tokenizer.unwritable) logits[token] = -Infinity;
          const largest = Math.max(...logits);
          return 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
        });
        return rows.reduce((sum, p) => sum + p, 0) / length;
      };
      const [length, searched] = cal({ genLength: 8, maxGenLength: 64, dstep: 4, phi });
      const request = { ...BASE, lengthSearch: 'cal', steps: 1 } as const;
      const steps = await allSteps(fill(runtime, request, undefined));
      assert.equal(steps[0]!.holes[0]!.length, length);
      // One forward for the context, one for each length; the first step is known from the search.
      assert.equal(steps.at(-1)!.forwards, 1 + searched.length);
    }
  });

  it('is refused by another name', () =>
    assert.rejects(allSteps(fill(scriptedRuntime(), { ...TEXT, lengthSearch: 'best' as 'cal' }, undefined)), {
      code: 'bad-request',
      message: /“lengthSearch” must be guess or cal/,
    }));
});

describe('a decoding', () => {
  it('of a bundle gives way to an option that it does not know', async () => {
    const learned = { expand: true, remask: false, guidance: false };
    const runtime = scriptedRuntime(random, learned);
    const bundle: Runtime = { ...runtime, config: { ...runtime.config, decoding: 'dreamon' } };
    const first = async (own: Partial<FillRequest>): Promise<number> =>
      (await allSteps(fill(bundle, { ...BASE, ...own }, undefined)))[0]!.holes[0]!.length;
    // DreamOn begins with 4 masks, this project's own way with 8.
    assert.equal(await first({}), 4);
    assert.equal(await first({ order: 'margin', threshold: 0.5 }), 4);
    assert.equal(await first({ order: 'left' }), 8);
    assert.equal(await first({ blockLength: 4 }), 8);
    assert.equal(await first({ steps: 9 }), 8);
  });

  it('is refused with an option that it does not know', () =>
    assert.rejects(
      allSteps(fill(scriptedRuntime(), { ...TEXT, decoding: 'dream', blockLength: 4 }, undefined)),
      { code: 'bad-request', message: /“blockLength” must be left out with the decoding dream, not 4/ },
    ));

  it('knows its own orders only', async () => {
    for (const [decoding, order, orders] of [
      ['dream', 'left', 'ancestral or confidence or margin or entropy'],
      ['dreamon', 'ancestral', 'confidence or margin or entropy'],
    ] as const) {
      await assert.rejects(allSteps(fill(scriptedRuntime(), { ...TEXT, decoding, order }, undefined)), {
        code: 'bad-request',
        message: new RegExp(`“order” must be ${orders}`),
      });
    }
  });
});
