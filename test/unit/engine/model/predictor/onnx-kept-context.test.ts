import assert from 'node:assert/strict';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { FolderFiles } from '../../../../../src/engine/model/bundle/folder-files';
import type {
  MaskPredictor,
  PredictorContext,
  PredictorRows,
  Rereading,
} from '../../../../../src/engine/model/predictor/mask-predictor';
import { chooseProvider } from '../../../../../src/engine/model/runtime/choose-provider';
import { NODE_MACHINE } from '../../../../../src/engine/model/runtime/node-machine';
import { openBundle } from '../../../../../src/engine/model/runtime/open-bundle';
import { layOut } from '../../../../../src/engine/text/layout';
import { NEAR_ROWS, planPartialReading } from '../../../../../src/engine/text/partial-reading';
import { temporaryFolder, writeTinyBundle } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { TINY } from '../../../../../scripts/tiny-bundle/tiny-network';

const WHOLE = { segments: [tokens(70, 1), tokens(30, 2), tokens(40, 3)], reserved: [32, 32] };
/** Five tokens go, nine come; the first hole reserves more now. */
const TYPED = [[...tokens(65, 1), ...tokens(9, 4)], ...WHOLE.segments.slice(1)];
const RESERVED = [64, 32];
const READING = planPartialReading(WHOLE, TYPED, RESERVED)!;
const LAYOUT = READING.layout;
const FRESH: PredictorContext = {
  ids: READING.fresh.map((row) => LAYOUT.ids[row]!),
  positions: READING.fresh.map((row) => LAYOUT.positions[row]!),
};
const REREADING: Rereading = { kept: READING.kept, fresh: FRESH };
const HOLES: PredictorRows = {
  ids: Int32Array.of(1, 20, 1, 4, 1, 1, 4),
  positions: Int32Array.from(
    [0, 1, 2, 3]
      .map((i) => LAYOUT.holeStarts[0]! + i)
      .concat([0, 1, 2].map((i) => LAYOUT.holeStarts[1]! + i)),
  ),
  wanted: Int32Array.of(0, 2, 4, 5),
};

function tokens(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => 7 + ((i * 37 + seed * 101) % 290));
}

/** Rows of a past, spelled out: keys and values of every layer, [heads, rows, headWidth]. */
type Past = Readonly<Record<string, { readonly data: Float32Array; readonly rows: number }>>;

/** The graph itself, asked without any of the engine's code. */
class BareGraph {
  constructor(private readonly session: ort.InferenceSession) {}

  async run(
    past: Past,
    { ids, positions }: PredictorContext,
    wanted: Int32Array,
  ): Promise<{ made: Past; logits: Float32Array }> {
    const { rows: before } = past['k_0']!;
    const count = ids.length;
    const feeds: Record<string, ort.Tensor> = {
      ids: new ort.Tensor('int32', ids, [1, count]),
      positions: new ort.Tensor('int32', positions, [1, count]),
      rows: new ort.Tensor('int32', wanted, [wanted.length]),
      bias: new ort.Tensor('float32', new Float32Array(count * (before + count)), [
        1,
        1,
        count,
        before + count,
      ]),
    };
    for (const [name, { data, rows }] of Object.entries(past)) {
      feeds[`past_${name}`] = new ort.Tensor('float32', data, [1, TINY.heads, rows, TINY.headWidth]);
    }
    const { logits, ...others } = await this.session.run(feeds);
    const made = Object.fromEntries(
      Object.entries(others).map(([name, tensor]) => [
        name,
        { data: tensor.data as Float32Array, rows: tensor.dims[2]! },
      ]),
    );
    return { made, logits: logits!.data as Float32Array };
  }
}

const NOTHING: Past = Object.fromEntries(
  ['k_0', 'v_0', 'k_1', 'v_1'].map((name) => [name, { data: new Float32Array(0), rows: 0 }]),
);

/** Rows picked of one past or another. */
function pick(rows: readonly { readonly from: Past; readonly row: number }[]): Past {
  return Object.fromEntries(
    Object.keys(NOTHING).map((name) => {
      const data = new Float32Array(TINY.heads * rows.length * TINY.headWidth);
      for (let head = 0; head < TINY.heads; head++) {
        rows.forEach(({ from, row }, i) => {
          const { data: source, rows: count } = from[name]!;
          const start = (head * count + row) * TINY.headWidth;
          data.set(source.subarray(start, start + TINY.headWidth), (head * rows.length + i) * TINY.headWidth);
        });
      }
      return [name, { data, rows: rows.length }];
    }),
  );
}

function assertClose(logits: Float32Array, expected: Float32Array): void {
  assert.equal(logits.length, expected.length);
  const worst = Math.max(...logits.map((logit, i) => Math.abs(logit - expected[i]!)));
  assert.ok(worst <= 1e-4, `largest difference ${worst}`);
}

async function open(at: string): Promise<MaskPredictor> {
  const bundle = await openBundle(new FolderFiles(at));
  return (await chooseProvider(bundle, NODE_MACHINE, { provider: 'cpu', threads: 1 })).predictor;
}

describe('a kept context on ONNX Runtime', () => {
  const folder = path.join(temporaryFolder(), 'tiny');
  let predictor: MaskPredictor;

  before(async () => {
    await writeTinyBundle(folder, 'f32');
    predictor = await open(folder);
  });
  after(() => predictor.dispose());

  it('has the logits of the same partial reading with explicit positions and no turning', async () => {
    const bare = new BareGraph(await ort.InferenceSession.create(path.join(folder, 'model.onnx')));
    const then = layOut(WHOLE.segments, WHOLE.reserved);
    // Attention knows differences of positions alone: a whole reading that stands elsewhere has keys that stand elsewhere.
    const readings = new Map<number, Past>();
    const far: { from: Past; row: number }[] = [];
    for (const [row, position] of READING.kept.entries()) {
      if (position < 0) continue;
      const shift = position - then.positions[row]!;
      if (!readings.has(shift)) {
        const moved = { ids: then.ids, positions: then.positions.map((at) => at + shift) };
        readings.set(shift, (await bare.run(NOTHING, moved, Int32Array.of(0))).made);
      }
      far.push({ from: readings.get(shift)!, row });
    }
    assert.ok(readings.size >= 2, 'something is turned, and something is not');
    const { made } = await bare.run(pick(far), FRESH, Int32Array.of(0));
    const { logits: expected } = await bare.run(made, HOLES, HOLES.wanted);

    const kept = await predictor.keepContext!(then, NEAR_ROWS);
    // Turned there and back again first: what is turned twice is turned once.
    await kept.reread({ ...REREADING, kept: REREADING.kept.map((at) => (at < 0 ? at : at + 3)) });
    await kept.reread(REREADING);
    const logits = await predictor.predict(kept, HOLES);
    kept.release();
    assertClose(logits, expected);
  });

  for (const precision of ['f32', 'int8'] as const) {
    it(`has, with nothing typed, the logits of a fresh predictor (${precision})`, async () => {
      const at = path.join(temporaryFolder(), precision);
      await writeTinyBundle(at, precision);
      const [one, other] = [await open(at), await open(at)];
      const whole = layOut(WHOLE.segments, WHOLE.reserved);
      const kept = await one.keepContext!(whole, NEAR_ROWS);
      const fresh = await other.readContext(whole);
      const [logits, expected] = [await one.predict(kept, HOLES), await other.predict(fresh, HOLES)];
      // Rows that are hidden change no bit of quantised graphs; of floats they may change the order of a sum.
      if (precision === 'int8') assert.deepEqual(logits, expected);
      else assertClose(logits, expected);
      await one.dispose();
      await other.dispose();
    });
  }

  it('sees a row once: what was read before leaves no trace', async () => {
    const whole = layOut(WHOLE.segments, WHOLE.reserved);
    const straight = await predictor.keepContext!(whole, NEAR_ROWS);
    await straight.reread(REREADING);
    const round = await predictor.keepContext!(whole, NEAR_ROWS);
    const other = planPartialReading(
      WHOLE,
      [[...tokens(70, 1), ...tokens(20, 9)], ...WHOLE.segments.slice(1)],
      RESERVED,
    )!;
    await round.reread({
      kept: READING.kept.map((at, row) => (at < 0 || other.kept[row]! < 0 ? -1 : at)),
      fresh: { ids: other.fresh.map((row) => other.layout.ids[row]!), positions: FRESH.positions },
    });
    await round.reread(REREADING);
    assertClose(await predictor.predict(round, HOLES), await predictor.predict(straight, HOLES));
    straight.release();
    round.release();
    await assert.rejects(predictor.predict(round, HOLES), { code: 'internal' });
  });
});
