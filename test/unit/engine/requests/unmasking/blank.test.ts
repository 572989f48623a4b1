import assert from 'node:assert/strict';
import type { FillRequest, Step } from '../../../../../src/engine/index';
import { fill } from '../../../../../src/engine/requests/fill';
import { SPECIAL } from '../../../../../src/engine/text/special-tokens';
import { TINY } from '../../../../../scripts/tiny-bundle/tiny-network';
import { scriptedRuntime, type Script } from '../../../../support/engine/scripted-predictor';
import { allSteps } from '../../../../support/engine/tiny-runtime';

const LEARNED = { expand: true, remask: false, guidance: false };
const { tokenizer } = scriptedRuntime();
const [LINE_BREAK] = tokenizer.encode('\n') as [number];
const [LETTER] = tokenizer.encode('q') as [number];
const AROUND = { path: 'a.ts', prefix: 'one();', suffix: 'two();' };

/** Rather a line break and nothing else; the likeliest text is a letter behind it. */
const lineBreak: Script = (_, cells, index) => {
  const logits = new Float32Array(TINY.vocabulary).fill(-50);
  const isForText = index === 1 && cells.length > 2;
  logits[LINE_BREAK] = index === 0 ? 9 : 0;
  logits[SPECIAL.delete] = index === 0 ? -50 : isForText ? 4 : 20;
  logits[LETTER] = isForText ? 3 : 1;
  return logits;
};

/** Nothing at all, unless it must: all of its masks are deleted. */
const nothing: Script = (_, cells) => {
  const logits = new Float32Array(TINY.vocabulary).fill(-50);
  logits[SPECIAL.delete] = 20;
  logits[LETTER] = cells.includes(LETTER) ? -50 : 1;
  logits[LINE_BREAK] = 0;
  return logits;
};

describe('a blank fill', () => {
  const run = async (script: Script, request: Partial<FillRequest> = {}): Promise<Step[]> =>
    allSteps(fill(scriptedRuntime(script, LEARNED), { ...AROUND, ...request }, undefined));
  const textOf = async (script: Script, request?: Partial<FillRequest>): Promise<string> =>
    (await run(script, request)).at(-1)!.texts[0]!;

  it('is no answer where the length is unknown: the hole begins anew and gets a text', async () => {
    assert.equal(await textOf(lineBreak, { allowBlank: true }), '\n');
    assert.equal(await textOf(lineBreak), '\nq');
    assert.equal(await textOf(nothing, { allowBlank: true }), '');
    assert.equal(await textOf(nothing), 'q');
  });

  it('shows its masks again on the way', async () => {
    const steps = await run(lineBreak);
    const again = steps.findIndex(({ remasked }) => remasked.length > 0);
    assert.ok(again > 0);
    assert.equal(steps[again]!.t, 1);
    assert.equal(steps[again]!.holes[0]!.length, steps[0]!.holes[0]!.length);
    assert.equal(steps.at(-1)!.t, 0);
  });

  it('takes no more steps than it is given', async () => {
    for (const steps of [1, 2, 4]) {
      const taken = await run(nothing, { steps });
      assert.ok(taken.length - 1 <= steps);
      assert.match(taken.at(-1)!.texts[0]!, /q/);
    }
  });

  it('is none for candidates either', async () => {
    const { candidates } = (await run(lineBreak, { candidates: 4 })).at(-1)!;
    assert.ok(candidates!.length > 0);
    assert.ok(candidates!.every(({ texts }) => texts[0]!.trim() !== ''));
  });

  it('is an answer where length, cells or words around it are known', async () => {
    assert.equal(await textOf(lineBreak, { holes: [{ tokens: 1 }] }), '\n');
    assert.equal(await textOf(lineBreak, { holes: [{ tokens: 1 }], allowBlank: false }), 'q');
    assert.equal(await textOf(lineBreak, { holes: [{ cells: [{ token: null }] }] }), '\n');
    const kept = await run(lineBreak, { holes: [{ parts: [{ masks: 1 }, ' '] }] });
    assert.equal(kept.at(-1)!.texts[0], '\n ');
  });

  it('may be one of several holes, so long as another has text', async () => {
    const { texts } = (await run(lineBreak, { between: [';'], suffix: '.', maxTokens: 15 })).at(-1)!;
    assert.ok(texts.some((text) => text.includes('q')));
  });

  it('is refused in the request only as true or false', async () => {
    const allowBlank = 'no' as unknown as boolean;
    await assert.rejects(run(lineBreak, { allowBlank }), /allowBlank.*true or false/);
  });
});
