import type { Architecture, WeightPrecision } from './architecture';
import { fromFloat16, toFloat16 } from './float16';
import { checkParameters, parameterShapes, type Parameter, type Parameters } from './parameters';
import { dequantize, quantize } from './quantize';
import { dequantizeBlocks, quantizeBlocks } from './quantize-blocks';
import { fileBytes, isTransposed, scaleName, sides, weightLayout } from './weight-layout';

/**
 * The weights files' bytes, by name: the parameters in `precision` where `weightLayout` puts them, little-endian.
 *
 * @throws Error if a parameter is missing, of the wrong shape, not finite in that precision, or not to be cut into blocks
 */
export function encodeWeights(
  architecture: Architecture,
  precision: WeightPrecision,
  parameters: Parameters,
): ReadonlyMap<string, Uint8Array> {
  checkParameters(architecture, parameters);
  const layout = weightLayout(architecture, precision);
  const files = new Map([...fileBytes(layout)].map(([name, bytes]) => [name, new Uint8Array(bytes)]));
  const put = (name: string, { buffer, byteOffset, byteLength }: ArrayBufferView): void => {
    const { file, offset } = layout.get(name)!;
    files.get(file)!.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
  };
  for (const [name, { shape, data }] of parameters) {
    const { type, blocks } = layout.get(name)!;
    if (type === 'f32') put(name, data);
    else if (type === 'f16') {
      const halves = toFloat16(data);
      if (halves.some((bits) => (bits & 0x7fff) === 0x7c00)) {
        throw new Error(`Parameter "${name}" holds values beyond 65504, the most that float16 can hold.`);
      }
      put(name, halves);
    } else {
      const [inputs] = sides(name, shape);
      const { values, scales } = blocks
        ? quantizeBlocks(data, inputs, isTransposed(name), blocks)
        : quantize(data, inputs, isTransposed(name), precision === 'int8');
      put(name, values);
      put(scaleName(name), scales);
    }
  }
  return files;
}

/** The parameters that weights files hold, as float32: exact for f32 and f16, what quantising left otherwise. */
export function decodeWeights(
  architecture: Architecture,
  precision: WeightPrecision,
  files: ReadonlyMap<string, Uint8Array>,
): Map<string, Parameter> {
  const layout = weightLayout(architecture, precision, [...files.keys()]);
  const read = (name: string): ArrayBuffer => {
    const { file, offset, bytes } = layout.get(name)!;
    return new Uint8Array(files.get(file)!.subarray(offset, offset + bytes)).buffer;
  };
  const decode = (name: string, shape: readonly number[]): Float32Array => {
    const { type, blocks } = layout.get(name)!;
    if (type === 'f32') return new Float32Array(read(name));
    if (type === 'f16') return fromFloat16(new Uint16Array(read(name)));
    const scales = new Float32Array(read(scaleName(name)));
    const [inputs] = sides(name, shape);
    return blocks
      ? dequantizeBlocks({ values: new Uint8Array(read(name)), scales }, inputs, isTransposed(name), blocks)
      : dequantize({ values: new Int8Array(read(name)), scales }, inputs, isTransposed(name));
  };
  return new Map(
    parameterShapes(architecture).map(({ name, shape }) => [name, { shape, data: decode(name, shape) }]),
  );
}
