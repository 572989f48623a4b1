import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { buildNetwork } from '../../../../../src/engine/model/graph/network';
import { parameterShapes } from '../../../../../src/engine/model/graph/parameters';
import { isTransposed, sides, weightLayout } from '../../../../../src/engine/model/graph/weight-layout';
import { decodeWeights, encodeWeights } from '../../../../../src/engine/model/graph/weights';
import { referenceForward } from '../../../../support/engine/reference-forward';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { randomParameters, TINY, TINY_WINDOW } from '../../../../../scripts/tiny-bundle/tiny-network';

/** A layer of the networks that the bundle grows to. */
describe('int8 weights of wider networks', () => {
  const folder = temporaryFolder();
  const ids = [9, 1, 77, 1];
  const int32 = (values: readonly number[], ...dims: number[]): ort.Tensor =>
    new ort.Tensor('int32', Int32Array.from(values), dims);
  const float32 = (length: number, ...dims: number[]): ort.Tensor =>
    new ort.Tensor('float32', new Float32Array(length), dims);

  for (const [width, swiglu] of [
    [640, 1728],
    [768, 2048],
  ] as const) {
    const architecture = { ...TINY, layers: 1, width, heads: width / 64, swiglu };
    const files = encodeWeights(architecture, 'int8', randomParameters(architecture));
    const weights = files.get('weights.bin')!;

    it(`run at ${width}, and compute what is left of the weights`, async () => {
      fs.writeFileSync(path.join(folder, `${width}.bin`), weights);
      const file = path.join(folder, `${width}.onnx`);
      const spec = {
        architecture,
        window: TINY_WINDOW,
        precision: 'int8',
        weightsFiles: [`${width}.bin`],
      } as const;
      fs.writeFileSync(file, buildNetwork(spec));
      const session = await ort.InferenceSession.create(file);
      const past = float32(0, 1, architecture.heads, 0, 64);
      const { logits } = await session.run({
        ids: int32(ids, 1, ids.length),
        positions: int32([0, 1, 2, 3], 1, ids.length),
        rows: int32([1, 3], 2),
        bias: float32(ids.length ** 2, 1, 1, ids.length, ids.length),
        past_k_0: past,
        past_v_0: past,
        detailed: int32([0, 1], 2),
        summarized: int32([1, 0], 2),
        bans: float32(architecture.vocabulary, architecture.vocabulary),
      });
      await session.release();
      const wanted = referenceForward(
        architecture,
        decodeWeights(architecture, 'int8', files),
        ids.map((id, position) => ({ id, position, group: 0 })),
        [1, 3],
      ).flat();
      const size = Math.sqrt(wanted.reduce((sum, value) => sum + value ** 2, 0) / wanted.length);
      const got = [...(logits!.data as Float32Array)];
      const error = Math.sqrt(got.reduce((sum, value, i) => sum + (value - wanted[i]!) ** 2, 0) / got.length);
      // Activations are rounded to one of 255 levels on the way.
      assert.ok(error < 0.03 * size, `${error} of ${size}`);
    });

    it(`never saturate sums of 16 bits at ${width}`, () => {
      const layout = weightLayout(architecture, 'int8');
      for (const { name, shape } of parameterShapes(architecture)) {
        const { type, offset, bytes } = layout.get(name)!;
        if (type !== 'i8') continue;
        const [inputs, outputs] = sides(name, shape);
        const values = new Int8Array(weights.buffer, weights.byteOffset + offset, bytes);
        const [step, next] = isTransposed(name) ? [1, inputs] : [outputs, 1];
        let worst = 0;
        for (let output = 0; output < outputs; output++)
          for (let input = 0; input + 1 < inputs; input += 2) {
            const at = output * next + input * step;
            worst = Math.max(worst, Math.abs(values[at]! + values[at + step]!));
          }
        assert.ok(worst > 100 && 255 * worst < 2 ** 15, `${name}: ${worst}`);
      }
    });
  }
});
