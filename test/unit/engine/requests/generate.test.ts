import assert from 'node:assert/strict';
import { generate } from '../../../../src/engine/requests/generate';
import { SPECIAL } from '../../../../src/engine/text/special-tokens';
import { TINY } from '../../../../scripts/tiny-bundle/tiny-network';
import { scriptedRuntime } from '../../../support/engine/scripted-predictor';
import { allSteps } from '../../../support/engine/tiny-runtime';

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
