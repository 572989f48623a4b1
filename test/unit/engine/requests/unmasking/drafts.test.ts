import assert from 'node:assert/strict';
import type { FillRequest, Step } from '../../../../../src/engine/index';
import { fill } from '../../../../../src/engine/requests/fill';
import type { MaskPredictor } from '../../../../../src/engine/model/predictor/mask-predictor';
import { TINY } from '../../../../../scripts/tiny-bundle/tiny-network';
import { scriptedRuntime, type Script } from '../../../../support/engine/scripted-predictor';
import { allSteps } from '../../../../support/engine/tiny-runtime';

const LEARNED = { expand: true, remask: false, guidance: false };
const { tokenizer } = scriptedRuntime();
const [LETTER] = tokenizer.encode('q') as [number];
const REPEATED = 'read(input, 1)';
/** The hole of the second line is repeated by the first one. */
const LINE = '// Of all.\nlet total = ';
const AROUND = { prefix: `${LINE}${REPEATED};\n${LINE}`, suffix: ';\n' };
const SURE = -6;
const UNSURE = -1;
const REFUSED = 9;

/** Surely the letter, but on a canvas as long as what the first line has there: by `doubt` rather the letter than that. */
function script(doubt: number): Script {
  return (_, cells, index) => {
    const logits = new Float32Array(TINY.vocabulary).fill(-50);
    logits[LETTER] = 0;
    const draft = tokenizer.encode(REPEATED);
    // Alone, or beside another hole of eight masks.
    if ([draft.length, draft.length + 8].includes(cells.length) && index < draft.length) {
      logits[draft[index]!] = 0;
      logits[LETTER] = doubt;
    }
    return logits;
  };
}

describe('drafts from the text', () => {
  const run = async (
    doubt: number,
    request: Partial<FillRequest> = {},
    learned = LEARNED,
  ): Promise<{ steps: Step[]; last: Step }> => {
    const steps = await allSteps(
      fill(scriptedRuntime(script(doubt), learned), { ...AROUND, ...request }, undefined),
    );
    return { steps, last: steps.at(-1)! };
  };

  it('are taken in one step where the model agrees', async () => {
    const { steps, last } = await run(SURE);
    assert.equal(last.texts[0], REPEATED);
    assert.equal(steps.length, 2);
    assert.ok(steps[0]!.holes[0]!.every(({ masked }) => masked));
    assert.equal(steps[1]!.committed.length, last.holes[0]!.length);
    // The context and the canvases of all lengths.
    assert.equal(last.forwards, 2);
  });

  it('have as confidence what they are worth as a whole', async () => {
    const worth = async (doubt: number): Promise<number> =>
      (await run(doubt)).last.holes[0]!.reduce((product, { confidence }) => product * confidence, 1);
    const [sure, unsure] = [await worth(SURE), await worth(UNSURE)];
    assert.ok(sure < 1 && unsure >= 0.1 && sure > unsure, `${sure}, ${unsure}`);
  });

  it('are left alone where it does not, and cost no forward then', async () => {
    const refused = await run(REFUSED);
    const none = await run(REFUSED, { drafts: false });
    assert.match(refused.last.texts[0]!, /^q+$/);
    assert.equal(refused.last.texts[0], none.last.texts[0]);
    assert.equal(refused.last.forwards, none.last.forwards);
  });

  it('need surroundings that match well enough to ask', async () => {
    const { last } = await run(SURE, { prefix: `one ${REPEATED};\nsum ` });
    assert.match(last.texts[0]!, /^q+$/);
  });

  it('fill one hole while the other is unmasked', async () => {
    const { last } = await run(SURE, { between: [';\nother '], suffix: '.\n', maxTokens: 15 });
    assert.equal(last.texts[0], REPEATED);
    assert.match(last.texts[1]!, /^q+$/);
  });

  it('cost no more canvases where there are many holes', async () => {
    const runtime = scriptedRuntime(script(REFUSED), LEARNED);
    const asked: number[] = [];
    const predict: MaskPredictor['predict'] = runtime.predictor.predict.bind(runtime.predictor);
    runtime.predictor.predict = (cache, rows) => {
      asked.push(new Set(rows.canvases ?? [0]).size);
      return predict(cache, rows);
    };
    // Something between the lines: none may follow itself.
    const lines = `\nsum = ${REPEATED};\n\nsum = `;
    const request = { prefix: lines, between: [`;\n${lines}`, `;\n${lines}`], suffix: ';\n', maxTokens: 15 };
    await allSteps(fill(runtime, request, undefined));
    assert.ok(asked[0]! > 1 && asked[0]! <= 3, String(asked[0]));
  });

  it('are never longer than the hole may be, and hold no banned token', async () => {
    const { length } = tokenizer.encode(REPEATED);
    assert.notEqual((await run(SURE, { maxTokens: length - 1 })).last.texts[0], REPEATED);
    assert.equal((await run(SURE, { maxTokens: length })).last.texts[0], REPEATED);
    const bannedTokens = tokenizer.encode(REPEATED).slice(0, 1);
    assert.notEqual((await run(SURE, { bannedTokens })).last.texts[0], REPEATED);
  });

  it('have no place where lengths, steps or tokens are counted, or drawn', async () => {
    const cases: Partial<FillRequest>[] = [
      { drafts: false },
      { steps: 3 },
      { threshold: 0 },
      { sampling: 'multinomial' },
      { order: 'ancestral' },
      { remasking: 'revoke' },
      { holes: [{ tokens: tokenizer.encode(REPEATED).length + 1 }] },
      { holes: [{ parts: [{ masks: undefined }, 'k'] }] },
    ];
    for (const request of cases) {
      const { last } = await run(SURE, request);
      assert.notEqual(last.texts[0], REPEATED, JSON.stringify(request));
    }
    assert.notEqual((await run(SURE, {}, { ...LEARNED, expand: false })).last.texts[0], REPEATED);
    assert.equal((await run(SURE, { steps: 3, drafts: true })).last.texts[0], REPEATED);
  });

  it('are the first of several candidates', async () => {
    const { last } = await run(SURE, { candidates: 3 });
    const texts = last.candidates!.map((candidate) => candidate.texts[0]!);
    assert.equal(texts[0], REPEATED);
    assert.ok(texts.length > 1, JSON.stringify(texts));
  });

  it('are switched by true and false alone', async () => {
    await assert.rejects(run(SURE, { drafts: 'yes' as unknown as boolean }), /drafts.*true or false/);
  });
});
