import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  isQuantized,
  WEIGHT_PRECISIONS,
  type WeightPrecision,
} from '../../../../../src/engine/model/graph/architecture';
import { FolderFiles } from '../../../../../src/engine/model/bundle/folder-files';
import type { Parameters } from '../../../../../src/engine/model/graph/parameters';
import { readBundle } from '../../../../../src/engine/model/bundle/read-bundle';
import { decodeWeights, encodeWeights } from '../../../../../src/engine/model/graph/weights';
import type {
  MaskPredictor,
  PredictorContext,
  PredictorRows,
} from '../../../../../src/engine/model/predictor/mask-predictor';
import type { OnnxMaskPredictor } from '../../../../../src/engine/model/predictor/onnx-mask-predictor';
import { NODE_MACHINE } from '../../../../../src/engine/model/runtime/node-machine';
import { chooseProvider } from '../../../../../src/engine/model/runtime/choose-provider';
import { openBundle } from '../../../../../src/engine/model/runtime/open-bundle';
import { openSession } from '../../../../../src/engine/model/runtime/sessions';
import { CONTEXT, referenceForward, type Row } from '../../../../support/engine/reference-forward';
import {
  replaceGraph,
  temporaryFolder,
  writeTinyBundle,
} from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { randomParameters, TINY } from '../../../../../scripts/tiny-bundle/tiny-network';

const FOLDER = temporaryFolder();
const PARAMETERS = randomParameters(TINY);

/** Sixteen tokens on both sides of a hole that reserves 32 positions. */
const BOTH_SIDES: PredictorContext = {
  ids: Int32Array.from({ length: 32 }, (_, i) => 7 + ((i * 37) % 290)),
  positions: Int32Array.from({ length: 32 }, (_, i) => (i < 16 ? i : 32 + i)),
};
const NOTHING: PredictorContext = { ids: new Int32Array(0), positions: new Int32Array(0) };

/** A canvas half committed, with its [END]; `seed` makes another one. */
function hole(length: number, seed: number, start = 16): PredictorRows {
  const ids = Int32Array.from({ length: length + 1 }, (_, i) =>
    i === length ? 4 : (i + seed) % 2 === 0 ? 1 : 7 + ((i * 11 + seed * 53) % 290),
  );
  return {
    ids,
    positions: ids.map((_, i) => start + i),
    wanted: Int32Array.from({ length }, (_, i) => i),
  };
}

/** Candidates as one block of rows. */
function together(holes: readonly PredictorRows[]): PredictorRows {
  const starts = holes.map((_, i) => holes.slice(0, i).reduce((sum, { ids }) => sum + ids.length, 0));
  return {
    ids: Int32Array.from(holes.flatMap(({ ids }) => [...ids])),
    positions: Int32Array.from(holes.flatMap(({ positions }) => [...positions])),
    wanted: Int32Array.from(holes.flatMap(({ wanted }, i) => [...wanted].map((row) => starts[i]! + row))),
    canvases: Int32Array.from(holes.flatMap(({ ids }, i) => Array<number>(ids.length).fill(i))),
  };
}

function expected(before: PredictorContext, rows: PredictorRows, weights: Parameters = PARAMETERS): number[] {
  const all: Row[] = [
    ...[...before.ids].map((id, i) => ({ id, position: before.positions[i]!, group: CONTEXT })),
    ...[...rows.ids].map((id, i) => ({
      id,
      position: rows.positions[i]!,
      group: rows.canvases?.[i] ?? 0,
    })),
  ];
  const wanted = [...rows.wanted].map((row) => before.ids.length + row);
  return referenceForward(TINY, weights, all, wanted).flat();
}

async function ask(
  predictor: MaskPredictor,
  before: PredictorContext,
  rows: PredictorRows,
): Promise<Float32Array> {
  const cache = await predictor.readContext(before);
  try {
    return await predictor.predict(cache, rows);
  } finally {
    cache.release();
  }
}

function assertClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, wanted.length);
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - wanted[i]!));
  assert.ok(worst <= tolerance, `largest difference ${worst}`);
}

function argmax(logits: ArrayLike<number>): number[] {
  return Array.from({ length: logits.length / TINY.vocabulary }, (_, row) => {
    const one = Array.from({ length: TINY.vocabulary }, (_, i) => logits[row * TINY.vocabulary + i]!);
    return one.indexOf(Math.max(...one));
  });
}

async function load(precision: WeightPrecision, threads = 1): Promise<MaskPredictor> {
  const at = path.join(FOLDER, precision);
  await writeTinyBundle(at, precision, { parameters: PARAMETERS });
  return predictorOf(at, threads);
}

async function predictorOf(at: string, threads: number): Promise<MaskPredictor> {
  const bundle = await openBundle(new FolderFiles(at));
  return (await chooseProvider(bundle, NODE_MACHINE, { provider: 'cpu', threads })).predictor;
}

/** The inputs of a session's run. */
type Feeds = Readonly<Record<string, { readonly dims: readonly number[] }>>;

describe('mask predictor on ONNX Runtime', () => {
  let f32: MaskPredictor;
  let int8: MaskPredictor;

  before(async () => {
    f32 = await load('f32');
    int8 = await load('int8', 2);
  });
  after(async () => {
    await f32.dispose();
    await int8.dispose();
  });

  const cases: Record<string, [PredictorContext, PredictorRows]> = {
    'no context': [NOTHING, hole(9, 0, 0)],
    'a context and a hole': [BOTH_SIDES, hole(9, 0)],
    'some rows only, in any order': [BOTH_SIDES, { ...hole(9, 1), wanted: Int32Array.from([7, 0, 3]) }],
    'one row': [BOTH_SIDES, { ...hole(1, 0), wanted: Int32Array.from([0]) }],
    'two candidates that do not see each other': [BOTH_SIDES, together([hole(5, 0), hole(8, 1)])],
    'two candidates without a context': [NOTHING, together([hole(5, 0, 0), hole(8, 1, 0)])],
  };

  describe('float32, against the network written out in float64', () => {
    for (const [name, [before, rows]] of Object.entries(cases)) {
      it(name, async () => assertClose(await ask(f32, before, rows), expected(before, rows), 1e-4));
    }

    it('by a graph made before, whose keys and values are of the new rows alone', async () => {
      const at = path.join(FOLDER, 'before');
      await writeTinyBundle(at, 'f32', { parameters: PARAMETERS });
      replaceGraph(at, fs.readFileSync('test/unit/engine/model/plain/exports/before-joined-attention.onnx'));
      const predictor = await openSession(await readBundle(at), NODE_MACHINE, 'cpu', 1);
      for (const [before, rows] of Object.values(cases)) {
        assertClose(await ask(predictor, before, rows), expected(before, rows), 1e-4);
      }
      await predictor.dispose();
    });

    it('two candidates together as each alone', async () => {
      const holes = [hole(5, 0), hole(8, 1)];
      const alone = [await ask(f32, BOTH_SIDES, holes[0]!), await ask(f32, BOTH_SIDES, holes[1]!)];
      assertClose(await ask(f32, BOTH_SIDES, together(holes)), [...alone[0]!, ...alone[1]!], 1e-4);
    });
  });

  describe('padded to a few shapes, for providers that compile programs for each', () => {
    const open = async (precision: 'f32' | 'int8'): Promise<OnnxMaskPredictor> =>
      openSession(await readBundle(path.join(FOLDER, precision)), NODE_MACHINE, 'cpu', 1, true);
    let bucketed: OnnxMaskPredictor;
    before(async () => (bucketed = await open('f32')));
    after(() => bucketed.dispose());

    for (const [name, [before, rows]] of Object.entries(cases)) {
      it(`${name}: as without`, async () =>
        assertClose(await ask(bucketed, before, rows), expected(before, rows), 1e-4));
    }

    it('int8: as without, but for other kernels’ rounding', async () => {
      const padded = await open('int8');
      for (const seed of [0, 1, 2]) {
        const rows = hole(10, seed);
        assertClose(await ask(padded, BOTH_SIDES, rows), await ask(int8, BOTH_SIDES, rows), 0.05);
      }
      await padded.dispose();
    });

    it('asks for the same shapes whatever the length of the context and the masks left', async () => {
      const { session } = bucketed as unknown as {
        session: { run: (feeds: Feeds, ...rest: unknown[]) => unknown };
      };
      const run = session.run.bind(session);
      const shapes = new Set<string>();
      session.run = (feeds, ...rest) => {
        shapes.add(JSON.stringify(Object.values(feeds).map(({ dims }) => dims)));
        return run(feeds, ...rest);
      };
      const shorter = { ids: BOTH_SIDES.ids.slice(0, 21), positions: BOTH_SIDES.positions.slice(0, 21) };
      for (const before of [BOTH_SIDES, shorter]) {
        for (const left of [8, 7, 3, 1]) {
          const rows = hole(9, 0);
          await ask(bucketed, before, { ...rows, wanted: rows.wanted.slice(0, left) });
        }
      }
      assert.equal(shapes.size, 2, 'one for contexts, one for steps');
    });
  });

  it('computes the same from one reading of the context, step after step, as from a reading for each', async () => {
    const cache = await f32.readContext(BOTH_SIDES);
    for (const seed of [0, 1, 2]) {
      const cached = await f32.predict(cache, hole(6, seed));
      assert.deepEqual(cached, await ask(f32, BOTH_SIDES, hole(6, seed)));
      assertClose(cached, expected(BOTH_SIDES, hole(6, seed)), 1e-4);
    }
    cache.release();
    await assert.rejects(f32.predict(cache, hole(6, 0)), { code: 'internal' });
  });

  it('float16 weights give what the float16 values give in float32', async () => {
    const f16 = await load('f16');
    const halves = decodeWeights(TINY, 'f16', encodeWeights(TINY, 'f16', PARAMETERS));
    await writeTinyBundle(path.join(FOLDER, 'halves'), 'f32', { parameters: halves });
    const wide = await predictorOf(path.join(FOLDER, 'halves'), NODE_MACHINE.threads);
    assertClose(await ask(f16, BOTH_SIDES, hole(9, 0)), await ask(wide, BOTH_SIDES, hole(9, 0)), 1e-5);
    await f16.dispose();
    await wide.dispose();
  });

  it('int8 agrees with float32 on the most probable token of nearly all rows', async () => {
    const seeds = Array.from({ length: 12 }, (_, seed) => seed);
    let same = 0;
    let all = 0;
    for (const seed of seeds) {
      const wanted = argmax(await ask(f32, BOTH_SIDES, hole(10, seed)));
      const got = argmax(await ask(int8, BOTH_SIDES, hole(10, seed)));
      all += wanted.length;
      same += wanted.filter((token, i) => token === got[i]).length;
    }
    assert.ok(same / all >= 0.9, `${same} of ${all} agree`);
  });

  for (const precision of WEIGHT_PRECISIONS.filter(isQuantized)) {
    describe(precision, () => {
      let predictor: MaskPredictor;
      before(async () => (predictor = precision === 'int8' ? int8 : await load(precision, 2)));
      after(async () => (precision === 'int8' ? undefined : predictor.dispose()));

      it('gives what its own weights give in float64, but for the rounding of rows', async () => {
        const own = decodeWeights(TINY, precision, encodeWeights(TINY, precision, PARAMETERS));
        for (const [before, rows] of Object.values(cases)) {
          const wanted = expected(before, rows, own);
          const got = await ask(predictor, before, rows);
          const squares = (data: readonly number[]): number => data.reduce((sum, x) => sum + x * x, 0);
          const error = Math.sqrt(squares(wanted.map((logit, i) => got[i]! - logit)) / squares(wanted));
          assert.ok(error < 0.03, `relative error ${error}`);
        }
      });

      it('gives a candidate bit for bit the same logits alone and in any company', async () => {
        const lengths = [1, 4, 8, 16, 32, 13, 7, 70, 150];
        const holes = lengths.map((length, i) => hole(length, i % 3));
        for (const before of [BOTH_SIDES, NOTHING]) {
          const alone: Float32Array[] = [];
          for (const rows of holes) alone.push(await ask(predictor, before, rows));
          for (const order of [
            [0, 1, 2, 3, 4],
            [4, 6, 5, 0],
            [1, 1],
            [5, 3, 2, 6, 4, 0, 1],
            [4, 7, 3, 7, 8, 1],
          ]) {
            const joint = await ask(predictor, before, together(order.map((i) => holes[i]!)));
            let row = 0;
            for (const i of order) {
              const own = joint.subarray(row * TINY.vocabulary, (row += lengths[i]!) * TINY.vocabulary);
              assert.deepEqual(own, alone[i], `${lengths[i]!} rows in ${order.join()}`);
            }
          }
        }
      });
    });
  }

  it('counts its forwards; reading nothing costs none', async () => {
    const start = f32.forwards;
    const nothing = await f32.readContext(NOTHING);
    assert.equal(f32.forwards - start, 0);
    const cache = await f32.readContext(BOTH_SIDES);
    assert.equal(f32.forwards - start, 1);
    await f32.predict(cache, hole(3, 0));
    await f32.predict(nothing, hole(3, 0, 0));
    assert.equal(f32.forwards - start, 3);
    assert.equal(cache.length, 32);
    assert.equal(nothing.length, 0);
    cache.release();
    nothing.release();
  });

  it('refuses ids and positions that the model does not have', async () => {
    const ids = Int32Array.from([TINY.vocabulary]);
    const far = Int32Array.from([100_000]);
    await assert.rejects(f32.readContext({ ids, positions: Int32Array.from([0]) }), /Token id 300/);
    await assert.rejects(f32.readContext({ ids: Int32Array.from([9]), positions: far }), /Position 100000/);
  });
});
