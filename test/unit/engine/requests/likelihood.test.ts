import assert from 'node:assert/strict';
import path from 'node:path';
import { EngineError } from '../../../../src/engine/contract/errors';
import type { LikelihoodRequest } from '../../../../src/engine/contract/requests';
import { likelihood } from '../../../../src/engine/requests/likelihood';
import { loadRuntime } from '../../../../src/engine/model/runtime/load-from-folder';
import type { Runtime } from '../../../../src/engine/model/runtime/runtime';
import { SPECIAL } from '../../../../src/engine/text/special-tokens';
import { CONTEXT, referenceForward, type Row } from '../../../support/engine/reference-forward';
import { temporaryFolder, writeTinyBundle } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { randomParameters, TINY } from '../../../../scripts/tiny-bundle/tiny-network';

const PARAMETERS = randomParameters(TINY);

describe('likelihood', () => {
  let runtime: Runtime;
  before(async () => {
    const folder = path.join(temporaryFolder(), 'tiny');
    await writeTinyBundle(folder, 'f32', { parameters: PARAMETERS });
    ({ runtime } = await loadRuntime(folder, { provider: 'cpu' }));
  });
  after(() => runtime.predictor.dispose());

  const measure = (request: LikelihoodRequest): ReturnType<typeof likelihood> =>
    likelihood(runtime, request, undefined);

  /** −log₂ p of the middle's tokens, all masked at once, from the definition of the network. */
  function allMaskedBits(prefix: string, middle: string, suffix: string): number {
    const { tokenizer } = runtime;
    const [before, targets, after] = [prefix, middle, suffix].map((text) => tokenizer.encode(text));
    // The shortest reserved run is 32 positions; a suffix to the end of the document is closed by [EOT].
    const rows: Row[] = [
      ...before!.map((id, i) => ({ id, position: i, group: CONTEXT })),
      ...[...after!, SPECIAL.eot].map((id, i) => ({ id, position: before!.length + 32 + i, group: CONTEXT })),
    ];
    const first = rows.length;
    [...targets!.map(() => SPECIAL.mask), SPECIAL.end].forEach((id, i) =>
      rows.push({ id, position: before!.length + i, group: 0 }),
    );
    const wanted = targets!.map((_, i) => first + i);
    const unwritable = new Set(tokenizer.unwritable);
    return referenceForward(TINY, PARAMETERS, rows, wanted).reduce((sum, logits, i) => {
      const total = logits.reduce((all, logit, id) => all + (unwritable.has(id) ? 0 : Math.exp(logit)), 0);
      return sum - Math.log2(Math.exp(logits[targets![i]!]!) / total);
    }, 0);
  }

  it('gives a single token’s −log₂ p, whatever the draws', async () => {
    const { bits, bytes, tokens } = await measure({ prefix: 'let ', middles: ['x'], suffix: ' = 1;' });
    assert.deepEqual([bytes, tokens], [1, 1]);
    assert.ok(Math.abs(bits - allMaskedBits('let ', 'x', ' = 1;')) < 1e-3, `${bits} bits`);
  });

  it('is the mean of the draws’ bits weighted by L / l, with every l as often', async () => {
    const middle = 'f(1)';
    const { bits, draws, tokens } = await measure({ prefix: 'a = ', middles: [middle], suffix: ';' });
    assert.equal(tokens, 4);
    const counts = [1, 2, 3, 4].map((l) => draws.filter(({ masked }) => masked === l).length);
    assert.deepEqual(counts, [8, 8, 8, 8]);
    const mean = draws.reduce((sum, draw) => sum + (draw.bits * tokens) / draw.masked, 0) / draws.length;
    assert.ok(Math.abs(bits - mean) < 1e-9);
    const wanted = allMaskedBits('a = ', middle, ';');
    for (const draw of draws.filter(({ masked }) => masked === 4))
      assert.ok(Math.abs(draw.bits - wanted) < 1e-2, `${draw.bits} bits, not ${wanted}`);
  });

  it('takes several holes together, an empty one too, and counts bytes as the model sees them', async () => {
    const { tokens, bytes, draws } = await measure({
      prefix: 'a',
      between: ['b', 'c'],
      suffix: 'd',
      middles: ['1\r\n', '', 'é'],
      draws: 5,
    });
    assert.deepEqual([tokens, bytes, draws.length], [4, 4, 5]);
  });

  it('is the same for the same seed only', async () => {
    const request = { prefix: 'const total = ', middles: ['price * count + tax'], suffix: ';\n', draws: 3 };
    const first = await measure({ ...request, seed: 1 });
    assert.equal((await measure({ ...request, seed: 1 })).bits, first.bits);
    assert.notEqual((await measure({ ...request, seed: 2 })).bits, first.bits);
  });

  it('refuses what it cannot measure', async () => {
    const code = (wanted: string) => (error: unknown) =>
      error instanceof EngineError && error.code === wanted;
    await assert.rejects(measure({ prefix: 'a', middles: [''], suffix: 'b' }), code('bad-request'));
    await assert.rejects(measure({ prefix: 'a', middles: ['x', 'y'], suffix: 'b' }), code('bad-request'));
    await assert.rejects(measure({ prefix: '', middles: ['x'], suffix: '', draws: 0 }), code('bad-request'));
    await assert.rejects(
      measure({ prefix: '', middles: ['(;'.repeat(400)], suffix: '' }),
      code('region-too-large'),
    );
  });
});
