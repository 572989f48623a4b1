/** Symmetric integers: weight ≈ value · scale. */
export interface Quantized {
  readonly values: Int8Array;
  /** One for each output, or a single one. */
  readonly scales: Float32Array;
}

/** Largest magnitude of a quantised weight, and of the sum of two neighbours before rounding. */
const PEAK = 127;
/** Keeps weights of (nearly) zero from dividing by zero. */
const LEAST_SCALE = 1e-30;

/**
 * Quantises a matrix for ONNX Runtime's u8 × s8 product. x64 machines without VNNI add the products of two neighbouring
 * inputs in 16 bits and saturate: the scale keeps 255 · |w₁ + w₂| below 2¹⁵ for every such pair, so that the product is
 * exact, and the same, on every machine. Full-range weights put errors of a quarter of the logits' size there, and
 * 7-bit ones, the usual remedy, are coarser than this.
 *
 * @param data [inputs, outputs], or [outputs, inputs] if `transposed`; row-major
 * @param perOutput whether every output has a scale of its own, or the matrix one
 */
export function quantize(
  data: Float32Array,
  inputs: number,
  transposed: boolean,
  perOutput = true,
): Quantized {
  const outputs = data.length / inputs;
  const [rows, columns] = transposed ? [outputs, inputs] : [inputs, outputs];
  const peaks = new Float32Array(perOutput ? outputs : 1);
  for (let row = 0; row < rows; row += transposed ? 1 : 2) {
    for (let column = 0; column < columns; column += transposed ? 2 : 1) {
      const a = data[row * columns + column]!;
      const neighbour = transposed ? column + 1 < columns : row + 1 < rows;
      const b = neighbour ? data[row * columns + column + (transposed ? 1 : columns)]! : 0;
      const peak = a > 0 === b > 0 ? Math.abs(a + b) : Math.max(Math.abs(a), Math.abs(b));
      const output = perOutput ? (transposed ? row : column) : 0;
      if (peak > peaks[output]!) peaks[output] = peak;
    }
  }
  const scales = peaks.map((peak) => Math.max(peak / PEAK, LEAST_SCALE));
  const values = new Int8Array(data.length);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      values[i] = Math.round(data[i]! / scaleAt(scales, transposed ? row : column));
    }
  }
  return { values, scales };
}

/** The weights that `quantize` left, in the same order. */
export function dequantize({ values, scales }: Quantized, inputs: number, transposed: boolean): Float32Array {
  const columns = transposed ? inputs : values.length / inputs;
  const data = new Float32Array(values.length);
  for (let row = 0, i = 0; i < data.length; row++) {
    for (let column = 0; column < columns; column++, i++) {
      data[i] = values[i]! * scaleAt(scales, transposed ? row : column);
    }
  }
  return data;
}

function scaleAt(scales: Float32Array, output: number): number {
  return scales[scales.length === 1 ? 0 : output]!;
}
