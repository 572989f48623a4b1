import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromFloat16, toFloat16 } from '../../../../../src/engine/model/graph/float16';
import { dequantize, quantize } from '../../../../../src/engine/model/graph/quantize';
import { layoutBytes, weightLayout } from '../../../../../src/engine/model/graph/weight-layout';
import { TINY } from '../tiny-network';

describe('float16', () => {
  it('every half survives the way to float32 and back', () => {
    const halves = Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits).filter(
      (bits) => (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0,
    );
    assert.deepEqual(toFloat16(fromFloat16(halves)), halves);
  });

  it('rounds to the nearest, ties to even', () => {
    const cases: [number, number][] = [
      [1 + 2 ** -11, 1],
      [1 + 3 * 2 ** -11, 1 + 2 ** -9],
      [1 + 2 ** -11 + 2 ** -20, 1 + 2 ** -10],
      [2 ** -25, 0],
      [2 ** -25 * 1.001, 2 ** -24],
      [3 * 2 ** -25, 2 ** -23],
      [65519, 65504],
      [65520, Infinity],
      [-1e9, -Infinity],
      [-0, -0],
    ];
    for (const [value, rounded] of cases) {
      assert.deepEqual(
        fromFloat16(toFloat16(Float32Array.of(value))),
        Float32Array.of(rounded),
        String(value),
      );
    }
    assert.ok(Number.isNaN(fromFloat16(toFloat16(Float32Array.of(NaN)))[0]));
  });
});

describe('int8 weights', () => {
  const matrix = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.boolean())
    .chain(([inputs, outputs, transposed]) =>
      fc.tuple(
        fc.constant({ inputs, outputs, transposed }),
        fc.float32Array({
          minLength: inputs * outputs,
          maxLength: inputs * outputs,
          min: -100,
          max: 100,
          noNaN: true,
        }),
      ),
    );

  it('are within half a step, and no two neighbours can saturate 16 bits', () => {
    fc.assert(
      fc.property(matrix, ([{ inputs, outputs, transposed }, data]) => {
        const quantized = quantize(data, inputs, transposed);
        const back = dequantize(quantized, transposed);
        const at = (input: number, output: number): number =>
          transposed ? output * inputs + input : input * outputs + output;
        for (let output = 0; output < outputs; output++) {
          const step = quantized.scales[output]!;
          for (let input = 0; input < inputs; input++) {
            const i = at(input, output);
            assert.ok(Math.abs(back[i]! - data[i]!) <= step * 0.5001);
            if (input % 2 === 0 && input + 1 < inputs) {
              const pair = quantized.values[i]! + quantized.values[at(input + 1, output)]!;
              assert.ok(Math.abs(pair) * 255 < 2 ** 15);
            }
          }
        }
      }),
    );
  });
});

describe('the weights file', () => {
  it('begins every tensor on a page, in order, without overlap', () => {
    for (const precision of ['f32', 'f16', 'int8'] as const) {
      const layout = weightLayout(TINY, precision);
      let end = 0;
      for (const { offset, bytes } of layout.values()) {
        assert.equal(offset % 4096, 0);
        assert.ok(offset >= end && offset < end + 4096);
        end = offset + bytes;
      }
      assert.equal(layoutBytes(layout), end);
    }
  });
});
