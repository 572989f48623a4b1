import assert from 'node:assert/strict';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { FolderFiles } from '../../../../../src/engine/model/bundle/folder-files';
import { readBundle } from '../../../../../src/engine/model/bundle/read-bundle';
import { Random } from '../../../../../src/engine/diffusion/random';
import { buildTurning } from '../../../../../src/engine/model/graph/turning';
import type { MaskPredictor, PredictorRows } from '../../../../../src/engine/model/predictor/mask-predictor';
import { OnnxMaskPredictor } from '../../../../../src/engine/model/predictor/onnx-mask-predictor';
import { DeviceKeptContext } from '../../../../../src/engine/model/predictor/onnx-kept-context';
import { turnBy, turnKeys } from '../../../../../src/engine/model/predictor/rotary-turn';
import { chooseProvider } from '../../../../../src/engine/model/runtime/choose-provider';
import { NODE_MACHINE } from '../../../../../src/engine/model/runtime/node-machine';
import { openBundle } from '../../../../../src/engine/model/runtime/open-bundle';
import { openSession } from '../../../../../src/engine/model/runtime/sessions';
import { layOut, type Layout } from '../../../../../src/engine/text/layout';
import { NEAR_ROWS, planPartialReading } from '../../../../../src/engine/text/partial-reading';
import { temporaryFolder, writeTinyBundle } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { TINY } from '../../../../../scripts/tiny-bundle/tiny-network';

const WHOLE = { segments: [tokens(70, 1), tokens(40, 3)], reserved: [32] };

function tokens(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => 7 + ((i * 37 + seed * 101) % 290));
}

/**
 * The rows that the kept context sees after so many tokens went and came before the cursor, and those that a hole in
 * it asks.
 */
async function typeOver(
  kept: Awaited<ReturnType<NonNullable<MaskPredictor['keepContext']>>>,
  predictor: MaskPredictor,
  gone: number,
  come: number,
): Promise<Float32Array> {
  const [before = [], behind = []] = WHOLE.segments;
  const now = [[...before.slice(0, before.length - gone), ...tokens(come, 4)], behind];
  const { layout, kept: positions, fresh } = planPartialReading(WHOLE, now, WHOLE.reserved)!;
  await kept.reread({
    kept: positions,
    fresh: {
      ids: fresh.map((row) => layout.ids[row]!),
      positions: fresh.map((row) => layout.positions[row]!),
    },
  });
  return predictor.predict(kept, holeOf(layout));
}

function holeOf({ holeStarts }: Layout): PredictorRows {
  const [start = 0] = holeStarts;
  return {
    ids: Int32Array.of(1, 20, 1, 4),
    positions: Int32Array.from([0, 1, 2, 3], (i) => start + i),
    wanted: Int32Array.of(0, 2),
  };
}

/** Shapes that a session was asked with, each once. */
class Shapes {
  readonly seen = new Set<string>();

  watch(session: ort.InferenceSession): ort.InferenceSession {
    const run = session.run.bind(session) as (...args: unknown[]) => ReturnType<ort.InferenceSession['run']>;
    session.run = (feeds: ort.InferenceSession.FeedsType, ...others: unknown[]) => {
      this.seen.add(
        Object.entries(feeds)
          .map(([name, { dims }]) => `${name} ${dims.join('×')}`)
          .join(', '),
      );
      return run(feeds, ...others);
    };
    return session;
  }
}

/** Keys that pass from run to run and are turned by a graph, checked against keys that this process keeps and turns. */
describe('a context that is kept in the memory of a device', () => {
  const folder = path.join(temporaryFolder(), 'tiny');
  const EDITS = [
    [0, 5],
    [3, 20],
    [10, 1],
    [0, 0],
    [2, 30],
  ] as const;
  let host: MaskPredictor;

  before(async () => {
    await writeTinyBundle(folder, 'f32');
    host = await openSession(await readBundle(folder), NODE_MACHINE, 'cpu', 1);
  });
  after(() => host.dispose());

  async function assertTypes(device: MaskPredictor, afterKey: (key: number) => void): Promise<void> {
    const whole = layOut(WHOLE.segments, WHOLE.reserved);
    const kept = await device.keepContext!(whole, NEAR_ROWS);
    assert.ok(kept instanceof DeviceKeptContext);
    const expectedFrom = await host.keepContext!(whole, NEAR_ROWS);
    for (const [key, [gone, come]] of EDITS.entries()) {
      const logits = await typeOver(kept, device, gone, come);
      const expected = await typeOver(expectedFrom, host, gone, come);
      assertClose(logits, expected, `key ${key}`);
      afterKey(key);
    }
    kept.release();
    expectedFrom.release();
  }

  it('has the same logits at every key, and asks nothing in a new shape after the first', async () => {
    const shapes = new Shapes();
    const { config } = await readBundle(folder);
    const session = shapes.watch(await ort.InferenceSession.create(path.join(folder, 'model.onnx')));
    const predictor = new OnnxMaskPredictor(session, config, ort.Tensor, {
      onDevice: true,
      buckets: true,
      openTurning: async () => shapes.watch(await ort.InferenceSession.create(buildTurning(TINY))),
    });
    let first = 0;
    await assertTypes(predictor, (key) => {
      if (key === 0) first = shapes.seen.size;
    });
    assert.ok(
      [...shapes.seen].some((shape) => shape.startsWith('cosines')),
      'keys were turned',
    );
    assert.equal(shapes.seen.size, first, [...shapes.seen].join('\n'));
    await predictor.dispose();
  });

  it('has them on WebGPU, where that computes what the CPU does', async function () {
    this.timeout(120_000);
    const bundle = await openBundle(new FolderFiles(folder));
    const chosen = chooseProvider(bundle, NODE_MACHINE, { provider: 'webgpu' });
    const { predictor } = await chosen.catch(() => ({ predictor: undefined }));
    if (!predictor) return this.skip();
    await assertTypes(predictor, () => undefined);
    await predictor.dispose();
  });
});

describe('the graph that turns keys', () => {
  for (const provider of ['cpu', 'webgpu']) {
    it(`turns them as this process does, on ${provider} where it is there`, async function () {
      const session = await ort.InferenceSession.create(buildTurning(TINY), {
        executionProviders: [provider],
        logSeverityLevel: 4,
      }).catch(() => undefined);
      if (!session) return this.skip();
      const rows = 13;
      const { heads, headWidth } = TINY;
      const shifts = Int32Array.from({ length: rows }, (_, row) => (row % 4) * 31 - 40);
      const turn = turnBy(shifts, TINY);
      const random = new Random(3);
      const keys = ['k_0', 'k_1'].map((name) => ({
        name,
        data: Float32Array.from({ length: heads * rows * headWidth }, () => random.uniform() - 0.5),
      }));
      const angles = (values: Float32Array): ort.Tensor =>
        new ort.Tensor('float32', values, [rows, headWidth / 2]);
      const turned = await session.run({
        cosines: angles(turn.cosines),
        sines: angles(turn.sines),
        ...Object.fromEntries(
          keys.map(({ name, data }) => [
            `past_${name}`,
            new ort.Tensor('float32', data, [1, heads, rows, headWidth]),
          ]),
        ),
      });
      for (const { name, data } of keys) {
        turnKeys(data, rows, shifts, turn, TINY);
        const { data: made, dims } = turned[name]!;
        assert.deepEqual(dims, [1, heads, rows, headWidth]);
        assertClose(made as Float32Array, data, name);
      }
      await session.release();
    });
  }
});

function assertClose(values: Float32Array, expected: Float32Array, where: string): void {
  const worst = Math.max(...values.map((value, i) => Math.abs(value - expected[i]!)));
  assert.ok(worst <= 1e-4, `largest difference ${worst}, ${where}`);
}
