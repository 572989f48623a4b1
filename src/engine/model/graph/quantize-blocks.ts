/** Integers of one output that share a scale, `size` inputs at a time. */
export interface BlockFormat {
  readonly bits: 4 | 8;
  readonly size: number;
}

/** Weights in blocks: weight ≈ (code − 2^(bits − 1)) · scale. */
export interface QuantizedBlocks {
  /** [outputs, blocks, size · bits / 8]: codes, of two in a byte the first in its low half. */
  readonly values: Uint8Array;
  /** [outputs, blocks] */
  readonly scales: Float32Array;
}

/** Keeps weights of (nearly) zero from dividing by zero. */
const LEAST_SCALE = 1e-30;
/**
 * Of the scale that reaches a block's largest weight: to cut that one off can do good to all the others. Not with 8 bits,
 * where a twentieth of it is more than all that the others lose.
 */
const SHARES: Readonly<Record<BlockFormat['bits'], readonly number[]>> = {
  4: [1, 0.95, 0.9, 0.85, 0.8, 0.75],
  8: [1],
};

/**
 * Quantises a matrix for ONNX Runtime's MatMulNBits. There is one level more below zero than above; the scale's sign
 * gives it to a block's largest weight.
 *
 * @param data [inputs, outputs], or [outputs, inputs] if `transposed`; row-major
 * @throws Error if the inputs are not a whole number of blocks
 */
export function quantizeBlocks(
  data: Float32Array,
  inputs: number,
  transposed: boolean,
  { bits, size }: BlockFormat,
): QuantizedBlocks {
  if (inputs % size !== 0) throw new Error(`Blocks of ${size} do not divide a matrix of ${inputs} inputs.`);
  const outputs = data.length / inputs;
  const half = 2 ** (bits - 1);
  const values = new Uint8Array((data.length * bits) / 8);
  const scales = new Float32Array(data.length / size);
  const block = new Float32Array(size);
  const codes = new Uint8Array(size);
  for (let b = 0; b < scales.length; b++) {
    const output = Math.floor((b * size) / inputs);
    const start = (b * size) % inputs;
    const [first, stride] = transposed ? [output * inputs + start, 1] : [start * outputs + output, outputs];
    for (let i = 0; i < size; i++) block[i] = data[first + i * stride]!;
    const scale = bestScale(block, half, SHARES[bits]);
    scales[b] = scale;
    const perScale = 1 / scale;
    for (let i = 0; i < size; i++) codes[i] = codeOf(block[i]!, perScale, half);
    const from = (b * size * bits) / 8;
    if (bits === 8) values.set(codes, from);
    else for (let i = 0; i < size; i += 2) values[from + i / 2] = codes[i]! | (codes[i + 1]! << 4);
  }
  return { values, scales };
}

/** The weights that `quantizeBlocks` left, in the order of its `data`. */
export function dequantizeBlocks(
  { values, scales }: QuantizedBlocks,
  inputs: number,
  transposed: boolean,
  { bits, size }: BlockFormat,
): Float32Array {
  const perByte = 8 / bits;
  const data = new Float32Array(values.length * perByte);
  const outputs = data.length / inputs;
  for (let output = 0, i = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++, i++) {
      const code = (values[Math.floor(i / perByte)]! >> ((i % perByte) * bits)) & (2 ** bits - 1);
      const place = transposed ? i : input * outputs + output;
      data[place] = (code - 2 ** (bits - 1)) * scales[Math.floor(i / size)]!;
    }
  }
  return data;
}

/** The scale of the least squared error over a block. Billions of weights pass here: plain loops, given up early. */
function bestScale(block: Float32Array, half: number, shares: readonly number[]): number {
  let peak = 0;
  for (let i = 0; i < block.length; i++) if (Math.abs(block[i]!) > Math.abs(peak)) peak = block[i]!;
  const widest = Math.abs(peak) < half * LEAST_SCALE ? LEAST_SCALE : -peak / half;
  if (shares.length === 1) return Math.fround(widest);
  let best = widest;
  let least = Infinity;
  for (const share of shares) {
    const scale = Math.fround(widest * share);
    const error = squaredError(block, scale, half, least);
    if (error < least) [best, least] = [scale, error];
  }
  return best;
}

/** @param enough an error at which it is given up */
function squaredError(block: Float32Array, scale: number, half: number, enough: number): number {
  const perScale = 1 / scale;
  let error = 0;
  for (let i = 0; i < block.length && error < enough; i++) {
    const weight = block[i]!;
    const difference = weight - (codeOf(weight, perScale, half) - half) * scale;
    error += difference * difference;
  }
  return error;
}

/**
 * The weight in scales, to the nearest whole number from −half to half − 1, plus half. Cut off when it is an integer
 * already: comparing those is much faster than Math.min and Math.max of floats.
 */
function codeOf(weight: number, perScale: number, half: number): number {
  const code = (weight * perScale + half + 0.5) | 0;
  return code < 0 ? 0 : code < 2 * half ? code : 2 * half - 1;
}
