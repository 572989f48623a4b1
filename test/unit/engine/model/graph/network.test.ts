import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { isQuantized, WEIGHT_PRECISIONS } from '../../../../../src/engine/model/graph/architecture';
import { GraphBuilder } from '../../../../../src/engine/model/graph/graph-builder';
import { buildNetwork } from '../../../../../src/engine/model/graph/network';
import { BANNED, SUMMARY, SUMMARY_WIDTH } from '../../../../../src/engine/model/graph/outputs';
import { encodeWeights } from '../../../../../src/engine/model/graph/weights';
import { referenceForward } from '../../../../support/engine/reference-forward';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { randomParameters, TINY, TINY_WINDOW } from '../../../../../scripts/tiny-bundle/tiny-network';

describe('the graph', () => {
  const folder = temporaryFolder();
  const parameters = randomParameters(TINY);
  const ids = [9, 1, 77, 1, 250, 4];
  const wanted = [1, 3];
  const expected = referenceForward(
    TINY,
    parameters,
    ids.map((id, position) => ({ id, position, group: 0 })),
    wanted,
  );

  /** Feeds without a past. */
  function feeds(biasSize = ids.length): Record<string, ort.Tensor> {
    const { layers, heads, headWidth } = TINY;
    const empty = (): ort.Tensor => new ort.Tensor('float32', new Float32Array(0), [1, heads, 0, headWidth]);
    const n = ids.length;
    return {
      ids: new ort.Tensor('int32', Int32Array.from(ids), [1, n]),
      positions: new ort.Tensor('int32', Int32Array.from(ids.keys()), [1, n]),
      rows: new ort.Tensor('int32', Int32Array.from(wanted), [wanted.length]),
      bias: new ort.Tensor('float32', new Float32Array(biasSize ** 2), [1, 1, biasSize, biasSize]),
      ...Object.fromEntries(
        Array.from({ length: layers }, (_, i) => [`past_k_${i}`, `past_v_${i}`])
          .flat()
          .map((name) => [name, empty()]),
      ),
    };
  }

  /** The same for a graph of quantised weights; the rows wanted are summarised, the last first. */
  function quantizedFeeds(
    biasSize = ids.length,
    bans = new Float32Array(TINY.vocabulary),
  ): Record<string, ort.Tensor> {
    return {
      ...feeds(biasSize),
      detailed: new ort.Tensor('int32', Int32Array.of(0, 1), [2]),
      summarized: new ort.Tensor('int32', Int32Array.of(1, 0), [2]),
      bans: new ort.Tensor('float32', bans, [bans.length]),
    };
  }

  async function run(level: 'all' | 'disabled'): Promise<ort.InferenceSession.OnnxValueMapType> {
    const spec = {
      architecture: TINY,
      window: TINY_WINDOW,
      precision: 'f32',
      weightsFiles: ['w.bin'],
    } as const;
    fs.writeFileSync(path.join(folder, 'w.bin'), encodeWeights(TINY, 'f32', parameters).get('weights.bin')!);
    fs.writeFileSync(path.join(folder, 'g.onnx'), buildNetwork(spec));
    const session = await ort.InferenceSession.create(path.join(folder, 'g.onnx'), {
      graphOptimizationLevel: level,
    });
    try {
      return await session.run(feeds());
    } finally {
      await session.release();
    }
  }

  for (const level of ['all', 'disabled'] as const) {
    it(`takes a past of length 0, optimisation ${level}`, async () => {
      const { logits, k_0: keys, v_1: values } = await run(level);
      assert.deepEqual(logits!.dims, [wanted.length, TINY.vocabulary]);
      assert.deepEqual(keys!.dims, [1, TINY.heads, ids.length, TINY.headWidth]);
      assert.deepEqual(values!.dims, keys!.dims);
      const data = logits!.data as Float32Array;
      expected.flat().forEach((value, i) => assert.ok(Math.abs(data[i]! - value) < 1e-4, `logit ${i}`));
    });
  }

  for (const precision of WEIGHT_PRECISIONS.filter(isQuantized)) {
    it(`reads a context the same by its short cut, ${precision}`, async () => {
      fs.writeFileSync(
        path.join(folder, 'i.bin'),
        encodeWeights(TINY, precision, parameters).get('weights.bin')!,
      );
      const spec = {
        architecture: TINY,
        window: TINY_WINDOW,
        precision,
        weightsFiles: ['i.bin'],
      } as const;
      fs.writeFileSync(path.join(folder, 'i.onnx'), buildNetwork(spec));
      const session = await ort.InferenceSession.create(path.join(folder, 'i.onnx'));
      const [general, short] = [await session.run(quantizedFeeds()), await session.run(quantizedFeeds(1))];
      await session.release();
      for (const name of ['k_0', 'v_0', 'k_1', 'v_1', 'logits']) {
        const wanted = general[name]!.data as Float32Array;
        const got = short[name]!.data as Float32Array;
        // A rounding of the last bit may move an activation by one of its 255 levels.
        const tolerance = name.endsWith('_0') ? 0 : 0.02 * Math.max(...wanted.map(Math.abs));
        wanted.forEach((value, i) => assert.ok(Math.abs(got[i]! - value) <= tolerance, `${name} ${i}`));
      }
    });
  }

  for (const vocabulary of [TINY.vocabulary, 4098]) {
    it(`summarises rows of ${vocabulary} logits, without banned tokens`, async () => {
      const architecture = { ...TINY, vocabulary };
      const name = `v${vocabulary}`;
      const weights = encodeWeights(architecture, 'int8', randomParameters(architecture));
      fs.writeFileSync(path.join(folder, `${name}.bin`), weights.get('weights.bin')!);
      const spec = {
        architecture,
        window: TINY_WINDOW,
        precision: 'int8',
        weightsFiles: [`${name}.bin`],
      } as const;
      fs.writeFileSync(path.join(folder, `${name}.onnx`), buildNetwork(spec));
      const session = await ort.InferenceSession.create(path.join(folder, `${name}.onnx`));
      const { logits } = await session.run(quantizedFeeds(ids.length, new Float32Array(vocabulary)), [
        'logits',
      ]);
      const rows = wanted.map((_, row) =>
        Array.from((logits!.data as Float32Array).slice(row * vocabulary, (row + 1) * vocabulary)),
      );
      // Of every row the most probable token, and every special one.
      const banned = new Set([0, 1, 2, 3, 4, 5, 6, ...rows.map((row) => row.indexOf(Math.max(...row)))]);
      const bans = Float32Array.from({ length: vocabulary }, (_, token) => (banned.has(token) ? BANNED : 0));
      const { summary } = await session.run(quantizedFeeds(ids.length, bans), ['summary']);
      await session.release();
      assert.deepEqual(summary!.dims, [2, SUMMARY_WIDTH]);
      rows.reverse().forEach((row, i) => {
        const got = [...(summary!.data as Float32Array).subarray(i * SUMMARY_WIDTH, (i + 1) * SUMMARY_WIDTH)];
        const allowed = [...row.keys()].filter((token) => !banned.has(token));
        const best = [...allowed].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, SUMMARY.tokens);
        const first = row[best[0]!]!;
        const sum = (of: (below: number) => number): number =>
          allowed.reduce((total, token) => total + of(first - row[token]!), 0);
        assert.deepEqual(got.splice(0, SUMMARY.tokens), best);
        assert.deepEqual(
          got.splice(0, SUMMARY.logits),
          best.map((token) => row[token]),
        );
        const [total, weighted, ...reserved] = got;
        assert.ok(Math.abs(total! / sum((below) => Math.exp(-below)) - 1) < 1e-5);
        assert.ok(Math.abs(weighted! / sum((below) => Math.exp(-below) * below) - 1) < 1e-5);
        assert.deepEqual(reserved, row.slice(0, SUMMARY.reserved));
      });
    });
  }

  it('multiplies int8 exactly at the extremes that saturate 16-bit sums', async () => {
    // Weights as `quantize` leaves them at their worst, activations at both ends of their range.
    const inputs = 512;
    const columns = [
      (): number => 64,
      (i: number): number => (i % 2 === 0 ? 127 : 1),
      (): number => -64,
      (i: number): number => (i % 2 === 0 ? 127 : -127),
    ];
    const graph = new GraphBuilder();
    const rows = graph.input('rows', 'u8', ['n', inputs]);
    const weights = Int8Array.from({ length: inputs * 4 }, (_, i) => columns[i % 4]!(Math.floor(i / 4)));
    const zero = graph.constant('zero', 'u8', [], Uint8Array.of(128));
    const product = graph.runtimeOp('MatMulIntegerToFloat', [
      rows,
      graph.constant('weights', 'i8', [inputs, 4], new Uint8Array(weights.buffer)),
      graph.scalar(1),
      graph.constant('scales', 'f32', [4], Float32Array.of(1, 1, 1, 1)),
      zero,
    ])[0]!;
    graph.output('product', product, 'f32', ['n', 4]);
    const session = await ort.InferenceSession.create(graph.encode('extremes'));
    for (const [even, odd] of [
      [255, 255],
      [1, 1],
      [255, 1],
      [1, 255],
    ] as const) {
      const data = Uint8Array.from({ length: 2 * inputs }, (_, i) => (i % 2 === 0 ? even : odd));
      const { product: got } = await session.run({ rows: new ort.Tensor('uint8', data, [2, inputs]) });
      const wanted = columns.map((weight) => {
        const pair = (even - 128) * weight(0) + (odd - 128) * weight(1);
        return (pair * inputs) / 2;
      });
      assert.deepEqual([...(got!.data as Float32Array)], [...wanted, ...wanted]);
    }
    await session.release();
  });
});
