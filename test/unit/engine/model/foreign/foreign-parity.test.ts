import assert from 'node:assert/strict';
import path from 'node:path';
import { writeForeignBundle } from '../../../../../src/engine/model/foreign/write-foreign-bundle';
import type { ForeignPrecision } from '../../../../../src/engine/model/foreign/foreign-config';
import type { PredictorRows } from '../../../../../src/engine/model/predictor/mask-predictor';
import { loadRuntime } from '../../../../../src/engine/model/runtime/load-from-folder';
import type { Runtime } from '../../../../../src/engine/model/runtime/runtime';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import {
  expectedOf,
  modelOf,
  NETWORKS,
  sourceOf,
  type Expected,
  type NetworkName,
} from '../../../../support/engine/checkpoints';

const FIRST_ID = 7;
const MASK = 288;
const HOLE = { start: 6, end: 12 };

/** The engine's ids of a text's context, and its hole's cells, so that the network is shown just that text. */
function laidOut(
  text: readonly number[],
  rows: readonly number[],
  shift: number,
): {
  context: { ids: Int32Array; positions: Int32Array };
  hole: PredictorRows;
} {
  const outside = [...text.keys()].filter((at) => at < HOLE.start || at >= HOLE.end);
  const inside = [...text.keys()].filter((at) => at >= HOLE.start && at < HOLE.end);
  const id = (at: number): number => (text[at] === MASK ? 1 : FIRST_ID + text[at]!);
  return {
    context: { ids: Int32Array.from(outside, id), positions: Int32Array.from(outside) },
    hole: {
      ids: Int32Array.from(inside, id),
      positions: Int32Array.from(inside),
      wanted: Int32Array.from(rows, (row) => row + shift - HOLE.start),
    },
  };
}

describe('imported networks', function () {
  this.timeout(20_000);

  const root = temporaryFolder();

  async function withNetwork(
    name: NetworkName,
    precision: ForeignPrecision,
    use: (runtime: Runtime) => Promise<void>,
  ): Promise<void> {
    const folder = path.join(root, `${name}-${precision}`);
    // What frames a text for DreamOn is not in make.py's texts.
    const source = sourceOf(name, { framing: { before: [], behind: [] } });
    await writeForeignBundle(source, folder, { precision, name });
    const { runtime } = await loadRuntime(folder, { provider: 'cpu', threads: 1 });
    try {
      await use(runtime);
    } finally {
      await runtime.predictor.dispose();
    }
  }

  /** The largest difference of the rows that are a hole's, which are all that the engine asks for. */
  async function difference(
    { predictor }: Runtime,
    name: NetworkName,
    expected: Pick<Expected, 'text' | 'rows' | 'logits'>,
    before?: readonly number[],
  ): Promise<number> {
    const { shift, tokenizerVocabulary } = modelOf(name);
    const moved = shift ? 1 : 0;
    const rows = expected.rows.filter((row) => row + moved >= HOLE.start && row + moved < HOLE.end);
    assert.ok(rows.length > 1);
    const { context, hole } = laidOut(expected.text, rows, moved);
    const cache = await predictor.readContext({ ...context, keptSteps: before ? 4 : 0 });
    if (before) await predictor.predict(cache, laidOut(before, [HOLE.start], 0).hole);
    const logits = await predictor.predict(cache, hole);
    cache.release();
    let most = 0;
    rows.forEach((row, i) => {
      const wanted = expected.logits[expected.rows.indexOf(row)]!;
      const given = logits.subarray(i * predictor.vocabulary + FIRST_ID, (i + 1) * predictor.vocabulary);
      // Special tokens have the engine's ids, and ids without text none.
      for (let token = 0; token < 286; token++)
        most = Math.max(most, Math.abs(given[token]! - wanted[token]!));
      assert.ok(given.subarray(tokenizerVocabulary).every((logit) => logit === -Infinity));
    });
    return most;
  }

  for (const name of Object.keys(NETWORKS) as NetworkName[]) {
    it(`of ${name} say what their authors’ code says`, () =>
      withNetwork(name, 'f32', async (runtime) => {
        const expected = expectedOf(name);
        const most = await difference(runtime, name, expected);
        assert.ok(most < 1e-3, `logits differ by ${most}`);
        const { cached } = expected;
        if (!cached) return;
        const onKept = await difference(runtime, name, cached, expected.text);
        assert.ok(onKept < 1e-3, `logits on kept keys and values differ by ${onKept}`);
        assert.ok((await difference(runtime, name, cached)) > 0.1, 'exact ones are others');
      }));
  }
});
