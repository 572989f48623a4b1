import assert from 'node:assert/strict';
import type { Chooser, Step } from '../../../src/engine/index';
import { weighed } from '../../../src/fills/weigh';
import { treeOf } from '../../support/syntax';

const AROUND = ['const total = 1;\nf(', ');\n'] as const;
const COEFFICIENTS = { intercept: 1, weights: { damage: -3, newNames: -1 } };
const CHOOSER: Chooser = { drawn: COEFFICIENTS, looked: COEFFICIENTS, among: COEFFICIENTS };

function step(...texts: readonly string[]): Step {
  const candidates = texts.map((text) => ({
    texts: [text],
    holes: [[]],
    score: -1,
    starts: ['usual' as const],
    evidence: { aloneMean: -1 },
    chance: 0.9,
  }));
  const [first] = texts;
  return {
    index: 1,
    t: 0,
    holes: [[]],
    committed: [],
    remasked: [],
    texts: [first!],
    forwards: 3,
    ms: 5,
    done: true,
    candidates,
  };
}

describe('candidates weighed with a grammar', () => {
  it('are better where they parse and their names are known', async () => {
    using tree = await treeOf('a.ts', AROUND.join(''));
    const last = await weighed(step('(', 'sum', 'total'), CHOOSER, { texts: AROUND }, tree);
    assert.equal(last.texts[0], 'total');
    assert.deepEqual(
      last.candidates!.map(({ texts }) => texts[0]),
      ['total', 'sum', '('],
    );
    assert.equal(last.candidates![0]!.evidence.damage, 0);
    assert.equal(last.candidates![1]!.evidence.newNames, Math.log(2));
    assert.ok(last.candidates![2]!.evidence.damage! > 0);
    assert.equal(last.chance, last.candidates![0]!.chance);
  });

  it('are read in their own language in a script of a page, unless one of them ends it', async () => {
    const around = [`<script>\n${AROUND[0]}`, `${AROUND[1]}</script>\n`];
    using tree = await treeOf('a.html', around.join(''));
    const damages = async (...fills: readonly string[]): Promise<(number | undefined)[]> => {
      const { candidates } = await weighed(step(...fills), CHOOSER, { texts: around }, tree);
      return candidates!.map(({ evidence }) => evidence.damage);
    };
    assert.deepEqual(await damages('(', 'total'), [0, 1]);
    assert.deepEqual(await damages('0);\n</script>\n<script>\nf(', '('), [0, 0]);
  });

  it('stay as they are without coefficients, a grammar or a choice', async () => {
    using tree = await treeOf('a.ts', AROUND.join(''));
    const given = step('(', 'total');
    assert.equal(await weighed(given, undefined, { texts: AROUND }, tree), given);
    assert.equal(await weighed(given, CHOOSER, { texts: AROUND }, undefined), given);
    const one = step('(');
    assert.equal(await weighed(one, CHOOSER, { texts: AROUND }, tree), one);
  });
});
