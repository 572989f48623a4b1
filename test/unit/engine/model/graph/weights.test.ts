import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromFloat16, toFloat16 } from '../../../../../src/engine/model/graph/float16';
import { WEIGHT_PRECISIONS } from '../../../../../src/engine/model/graph/architecture';
import { dequantizeBlocks, quantizeBlocks } from '../../../../../src/engine/model/graph/quantize-blocks';
import { dequantize, quantize } from '../../../../../src/engine/model/graph/quantize';
import { fileBytes, weightLayout } from '../../../../../src/engine/model/graph/weight-layout';
import { TINY } from '../../../../../scripts/tiny-bundle/tiny-network';

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
      fc.property(matrix, fc.boolean(), ([{ inputs, outputs, transposed }, data], perOutput) => {
        const quantized = quantize(data, inputs, transposed, perOutput);
        assert.equal(quantized.scales.length, perOutput ? outputs : 1);
        const back = dequantize(quantized, inputs, transposed);
        const at = (input: number, output: number): number =>
          transposed ? output * inputs + input : input * outputs + output;
        for (let output = 0; output < outputs; output++) {
          const step = quantized.scales[perOutput ? output : 0]!;
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

describe('weights in blocks', () => {
  const formats = fc.record({ bits: fc.constantFrom(4, 8), size: fc.constantFrom(2, 4, 16) });
  const cases = fc
    .tuple(formats, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 }), fc.boolean())
    .chain(([format, blocks, outputs, transposed]) => {
      const length = format.size * blocks * outputs;
      const data = fc.float32Array({
        minLength: length,
        maxLength: length,
        min: -100,
        max: 100,
        noNaN: true,
      });
      return fc.tuple(fc.constant({ format, inputs: format.size * blocks, transposed }), data);
    });

  it('lose no more than a step for each weight in the mean', () => {
    fc.assert(
      fc.property(cases, ([{ format, inputs, transposed }, data]) => {
        const outputs = data.length / inputs;
        const back = dequantizeBlocks(
          quantizeBlocks(data, inputs, transposed, format),
          inputs,
          transposed,
          format,
        );
        for (let b = 0; b < data.length / format.size; b++) {
          const places = Array.from({ length: format.size }, (_, i) => {
            const [output, input] = [
              Math.floor((b * format.size) / inputs),
              ((b * format.size) % inputs) + i,
            ];
            return transposed ? output * inputs + input : input * outputs + output;
          });
          const step = Math.max(...places.map((i) => Math.abs(data[i]!))) / 2 ** (format.bits - 1);
          const error = places.reduce((sum, i) => sum + (back[i]! - data[i]!) ** 2, 0);
          assert.ok(error <= format.size * (step * 1.0001) ** 2 + 1e-30);
        }
      }),
    );
  });

  it('stay the same when they are quantised again', () => {
    fc.assert(
      fc.property(cases, ([{ format, inputs, transposed }, data]) => {
        const once = quantizeBlocks(data, inputs, transposed, format);
        const again = dequantizeBlocks(once, inputs, transposed, format);
        const twice = quantizeBlocks(again, inputs, transposed, format);
        const rounded = dequantizeBlocks(twice, inputs, transposed, format);
        rounded.forEach((value, i) => assert.ok(Math.abs(value - again[i]!) <= 1e-5 * Math.abs(again[i]!)));
      }),
    );
  });

  it('pack the first of two 4-bit codes low, and give the largest weight the lowest level', () => {
    const { values, scales } = quantizeBlocks(Float32Array.of(8, -7, 0, 3), 4, true, { bits: 4, size: 4 });
    assert.deepEqual(scales, Float32Array.of(-1));
    assert.deepEqual(values, Uint8Array.of(0xf0, 0x58));
  });

  it('are refused where blocks do not divide the inputs', () => {
    assert.throws(() => quantizeBlocks(new Float32Array(12), 6, false, { bits: 8, size: 4 }), /Blocks of 4/);
  });
});

describe('the weights file', () => {
  it('begins every tensor on a page, in order, without overlap', () => {
    for (const precision of WEIGHT_PRECISIONS) {
      const layout = weightLayout(TINY, precision);
      let end = 0;
      for (const { offset, bytes } of layout.values()) {
        assert.equal(offset % 4096, 0);
        assert.ok(offset >= end && offset < end + 4096);
        end = offset + bytes;
      }
      assert.deepEqual(fileBytes(layout), new Map([['weights.bin', end]]));
    }
  });

  it('are several where one would hold more than 48 MB, cut between tensors', () => {
    const large = { ...TINY, width: 1024, swiglu: 2752, heads: 16, vocabulary: 12_288 };
    const layout = weightLayout(large, 'f16');
    const sizes = [...fileBytes(layout)];
    assert.ok(sizes.length > 1);
    assert.deepEqual(
      sizes.map(([name]) => name),
      sizes.map((_, i) => `weights-${i + 1}.bin`),
    );
    for (const [file, bytes] of sizes) {
      assert.ok(bytes <= 48e6);
      const tensors = [...layout.values()].filter((tensor) => tensor.file === file);
      assert.equal(tensors[0]!.offset, 0);
      tensors.slice(1).forEach(({ offset }, i) => {
        const { offset: start, bytes: length } = tensors[i]!;
        assert.ok(offset % 4096 === 0 && offset >= start + length && offset < start + length + 4096);
      });
    }
    assert.equal(fileBytes(weightLayout(large, 'f16', ['one.bin'])).size, 1);
    assert.throws(() => weightLayout(large, 'f16', ['a', 'b', 'c', 'd', 'e']), /not in 5/);
  });
});
