import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from '../../../../../scripts/train/backend/select';
import { syntheticBatch } from '../../../../../scripts/train/bench/synthetic';
import { Network } from '../../../../../scripts/train/network/network';
import { grow, grownArchitecture } from '../../../../../scripts/train/network/grow';
import { Trainer } from '../../../../../scripts/train/run/trainer';
import type { Architecture } from '../../../../../src/engine/model/graph/architecture';
import { checkParameters, type Parameters } from '../../../../../src/engine/model/graph/parameters';
import { randomParameters, TINY } from '../../../../../scripts/tiny-bundle/tiny-network';

const BATCH = syntheticBatch(
  { batch: 2, length: 24, vocabulary: TINY.vocabulary, holeShare: 0.5, predictedShare: 0.25 },
  1,
);
const OLD = randomParameters(TINY);

function logits(architecture: Architecture, parameters: Parameters): Float32Array {
  const network = new Network(architecture, 1);
  network.assignParameters(parameters);
  const values = tf.tidy(() => network.logits(BATCH).dataSync<'float32'>());
  network.dispose();
  return values;
}

describe('a grown network', () => {
  before(async () => {
    await selectBackend('cpu');
  });

  for (const [what, growth, allowed] of [
    ['deeper', { layers: 5 }, 1e-5],
    ['wider', { width: 192 }, 1e-3],
    ['deeper and wider', { layers: 3, width: 256 }, 1e-3],
  ] as const) {
    it(`computes what it did: ${what}`, () => {
      const to = grownArchitecture(TINY, growth);
      const grown = grow(TINY, OLD, to, 7);
      checkParameters(to, grown);
      const [before, after] = [logits(TINY, OLD), logits(to, grown)];
      assert.ok(Math.max(...before) - Math.min(...before) > 5, 'logits are not flat');
      const worst = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i]!)), 0);
      assert.ok(worst < allowed, String(worst));
    });
  }

  it('learns with every parameter, from its second step on those that nothing listened to', async () => {
    const to = grownArchitecture(TINY, { layers: 3, width: 192 });
    const network = new Network(to, 1);
    network.assignParameters(grow(TINY, OLD, to, 7));
    const trainer = new Trainer(network);
    const step = async (): Promise<Map<string, Float32Array>> => {
      const { gradientNorm } = await trainer.step(BATCH, 1e-3).numbers;
      assert.ok(gradientNorm > 0 && Number.isFinite(gradientNorm));
      return new Map([...(await network.values())].map(([name, values]) => [name, values.slice()]));
    };
    const [first, second] = [await step(), await step()];
    for (const [name, values] of second) {
      assert.ok(values.every(Number.isFinite), name);
      const before = first.get(name)!;
      const moved = values.reduce((count, value, i) => count + Number(value !== before[i]), 0);
      // Tokens that the batch does not have move with the output matrix alone.
      assert.ok(moved > 0.9 * values.length, `${name}: ${moved} of ${values.length} moved`);
    }
    trainer.dispose();
    network.dispose();
  });

  it('puts new layers evenly between the old, each a copy of the one before that writes nothing', () => {
    const to = grownArchitecture({ ...TINY, layers: 8 }, { layers: 12 });
    const grown = grow({ ...TINY, layers: 8 }, randomParameters({ ...TINY, layers: 8 }), to, 7);
    const silent = Array.from({ length: to.layers }, (_, layer) =>
      grown.get(`layer.${layer}.output`)!.data.every((value) => value === 0),
    );
    assert.deepEqual(
      silent.flatMap((zero, layer) => (zero ? [layer] : [])),
      [2, 5, 8, 11],
    );
    assert.deepEqual(grown.get('layer.2.query'), grown.get('layer.1.query'));
  });

  it('has the shapes that are to be trained', () => {
    const bundle = { ...TINY, layers: 8, width: 512, heads: 8, swiglu: 1408 };
    const shape = (growth: object): readonly number[] => {
      const { layers, width, heads, swiglu } = grownArchitecture(bundle, growth);
      return [layers, width, heads, swiglu];
    };
    assert.deepEqual(shape({}), [8, 512, 8, 1408]);
    assert.deepEqual(shape({ layers: 12 }), [12, 512, 8, 1408]);
    assert.deepEqual(shape({ layers: 12, width: 640 }), [12, 640, 10, 1728]);
    assert.deepEqual(shape({ layers: 12, width: 768 }), [12, 768, 12, 2048]);
  });
});
