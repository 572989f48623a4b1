import assert from 'node:assert/strict';
import { runFuzzCase } from '../../../scripts/fuzz/fuzz-case';
import { fuzz } from '../../../scripts/fuzz/fuzz';
import { randomDocument } from '../../../scripts/fuzz/documents';
import type { Engine, Step } from '../../../src/engine/index';
import { Random } from '../../../src/engine/diffusion/random';
import { withEngine } from '../../support/engine/real-engine';
import { temporaryFolder, writeTinyBundle } from '../../../scripts/tiny-bundle/tiny-bundle';

describe('a sample of the fuzz', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  before(() => writeTinyBundle(folder, 'f32'));

  it('finds no fault in random documents', async () => {
    await withEngine(folder, async (engine) => {
      const { counts, failures } = await fuzz(engine, { seed: 20_000, cases: 250 });
      assert.deepEqual(
        failures.map(({ seed, error }) => `seed ${seed}: ${error.message}`),
        [],
      );
      assert.ok(counts.fill > 50 && counts.completion > 50, JSON.stringify(counts));
    });
  });

  it('would find half a character, a foreign line ending and an exception', async () => {
    const writes = (text: string): Engine =>
      ({
        fill: async function* (): AsyncGenerator<Partial<Step>> {
          yield await Promise.resolve({ t: 0, done: true, holes: [[]], texts: [text, text, text] });
        },
      }) as unknown as Engine;
    for (const bad of ['\ud83d', 'a\u2028\rb\r\n\n']) {
      const { failures } = await fuzz(writes(bad), { seed: 1, cases: 20 });
      assert.ok(failures.length > 0, JSON.stringify(bad));
    }
    await assert.rejects(runFuzzCase({} as Engine, 1), TypeError);
  });

  it('is made of documents with everything that is hard', () => {
    const random = new Random(1);
    const texts = Array.from({ length: 400 }, () => randomDocument(random).text);
    const hard = [
      /\r\n/,
      /\t/,
      /[^\n]$/,
      /\p{Script=Hebrew}/u,
      /\p{Emoji_Presentation}/u,
      /\0/,
      /\[MASK\]/,
      /[\u{20000}-\u{10ffff}]/u,
    ];
    for (const pattern of hard)
      assert.ok(
        texts.some((text) => pattern.test(text)),
        String(pattern),
      );
    assert.ok(
      texts.some((text) => !text.isWellFormed()),
      'lone surrogates',
    );
  });
});
