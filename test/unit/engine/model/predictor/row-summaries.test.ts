import assert from 'node:assert/strict';
import path from 'node:path';
import { Random } from '../../../../../src/engine/diffusion/random';
import { LogitsRow } from '../../../../../src/engine/diffusion/row';
import { sampleToken } from '../../../../../src/engine/diffusion/sampling';
import { SummaryRow } from '../../../../../src/engine/diffusion/summary-row';
import { RecentContexts, UncachedContexts } from '../../../../../src/engine/model/predictor/context-caches';
import type { MaskPredictor, PredictorRows } from '../../../../../src/engine/model/predictor/mask-predictor';
import { NODE_MACHINE } from '../../../../../src/engine/model/runtime/node-machine';
import { tryOut } from '../../../../../src/engine/model/runtime/provider-trial';
import { readBundle } from '../../../../../src/engine/model/bundle/read-bundle';
import { openSession } from '../../../../../src/engine/model/runtime/sessions';
import { temporaryFolder, writeTinyBundle } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { TINY, TINY_WINDOW } from '../../../../../scripts/tiny-bundle/tiny-network';
import { WASM_MACHINE } from '../../../../support/engine/wasm-machine';

const CONTEXT = {
  ids: Int32Array.from({ length: 32 }, (_, i) => 7 + ((i * 37) % 290)),
  positions: Int32Array.from({ length: 32 }, (_, i) => (i < 16 ? i : 32 + i)),
};

/** Canvases of so many masks each. */
function canvases(...lengths: readonly number[]): PredictorRows {
  const rows = lengths.flatMap((length, canvas) =>
    Array.from({ length }, (_, i) => ({ canvas, position: 16 + i })),
  );
  return {
    ids: new Int32Array(rows.length).fill(1),
    positions: Int32Array.from(rows, ({ position }) => position),
    wanted: Int32Array.from(rows.keys()),
    ...(lengths.length > 1 ? { canvases: Int32Array.from(rows, ({ canvas }) => canvas) } : {}),
  };
}

/** All proposals by summaries are those by logits. */
async function assertSame(predictor: MaskPredictor, rows: PredictorRows, banned: Set<number>): Promise<void> {
  const cache = await predictor.readContext(CONTEXT);
  const logits = await predictor.predict(cache, rows);
  const summaries = await predictor.summarize!(cache, rows, banned);
  cache.release();
  assert.equal(summaries.length, rows.wanted.length);
  const random = new Random(0);
  summaries.forEach((summary, i) => {
    for (const lengths of [[], [5], [6], [5, 6]]) {
      const bans = [0, 1, 2, 3, 4, 5, 6, ...banned].filter((token) => !lengths.includes(token));
      const [wanted, got] = [
        new LogitsRow(logits.slice(i * TINY.vocabulary, (i + 1) * TINY.vocabulary)),
        new SummaryRow(summary),
      ].map((row) => {
        row.ban(bans);
        return sampleToken(row, { kind: 'greedy' }, random);
      });
      assert.equal(got!.token, wanted!.token);
      for (const key of ['probability', 'margin', 'entropy'] as const) {
        assert.ok(Math.abs(got![key] - wanted![key]) < 1e-5, `${key}: ${got![key]}, ${wanted![key]}`);
      }
    }
  });
}

describe('summaries by the graph', () => {
  const folder = temporaryFolder();

  for (const [name, precision, machine, buckets] of [
    ['with a scale for each output', 'int8', NODE_MACHINE, false],
    ['with a scale for each block', 'int4-blocks', NODE_MACHINE, false],
    ['padded to a few sizes', 'int8', NODE_MACHINE, true],
    ['in WebAssembly', 'int8', WASM_MACHINE, false],
  ] as const) {
    it(`are those of its logits, ${name}`, async () => {
      const at = path.join(folder, name);
      await writeTinyBundle(at, precision);
      const predictor = await openSession(await readBundle(at), machine, 'cpu', 1, buckets);
      // One row, several, several candidates, and more than one run takes.
      for (const rows of [canvases(1), canvases(9), canvases(3, 8), canvases(70, 90, 5)]) {
        await assertSame(predictor, rows, new Set());
        const all = Array.from({ length: TINY.vocabulary }, (_, token) => token);
        await assertSame(predictor, rows, new Set(all.filter((token) => token % 3 === 0)));
        // Fewer are left than a summary names.
        await assertSame(predictor, rows, new Set(all.filter((token) => token % 100 !== 99)));
      }
      for (const holder of [new RecentContexts(predictor, 1), new UncachedContexts(predictor)]) {
        await assertSame(holder, canvases(4), new Set([20]));
      }
      await predictor.dispose();
    });
  }

  it('are bit for bit the same alone and in any company', async () => {
    const at = path.join(folder, 'company');
    await writeTinyBundle(at, 'int8');
    const predictor = await openSession(await readBundle(at), NODE_MACHINE, 'cpu', 2);
    const cache = await predictor.readContext(CONTEXT);
    const none = new Set<number>();
    const lengths = [5, 1, 40, 17];
    const together = await predictor.summarize!(cache, canvases(...lengths), none);
    for (const length of lengths) {
      assert.deepEqual(together.splice(0, length), await predictor.summarize!(cache, canvases(length), none));
    }
    cache.release();
    await predictor.dispose();
  });

  it('are not there for float weights, which run on GPUs', async () => {
    for (const precision of ['f16', 'f32'] as const) {
      const at = path.join(folder, precision);
      await writeTinyBundle(at, precision);
      const predictor = await openSession(await readBundle(at), NODE_MACHINE, 'cpu', 1);
      assert.equal(predictor.summarize, undefined);
      await predictor.dispose();
    }
  });

  it('have to be right before a provider is taken', async () => {
    const at = path.join(folder, 'trial');
    await writeTinyBundle(at, 'int8');
    const predictor = await openSession(await readBundle(at), NODE_MACHINE, 'cpu', 1);
    const { summarize } = predictor;
    for (const wrong of [{ sum: 2 }, { weighted: 0 }, { tokens: [9] }]) {
      const others = Object.assign(Object.create(predictor) as MaskPredictor, {
        readContext: predictor.readContext.bind(predictor),
        predict: predictor.predict.bind(predictor),
        summarize: async (...asked: Parameters<NonNullable<typeof summarize>>) =>
          (await summarize!(...asked)).map((summary) => ({ ...summary, ...wrong })),
      });
      await assert.rejects(tryOut(others, { window: TINY_WINDOW }), /summaries of rows/);
    }
    await predictor.dispose();
  });
});
