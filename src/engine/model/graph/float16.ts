/** IEEE 754 half precision, as bits in a Uint16Array. */

/** Rounds to the nearest half, ties to even; what is too large becomes infinite. */
export function toFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const float = bits[i]!;
    const magnitude = float & 0x7fffffff;
    if (magnitude >= 0x38800000 && magnitude < 0x477fe000) {
      // Nearly all are normal and far from infinite: here without a call, since billions pass. Half a unit is added, a bit
      // less before an even neighbour.
      const exponentMoved = magnitude - 0x38000000;
      halves[i] = ((float >>> 16) & 0x8000) | ((exponentMoved + 0xfff + ((exponentMoved >>> 13) & 1)) >>> 13);
    } else halves[i] = halfBits(float);
  }
  return halves;
}

function halfBits(float: number): number {
  const sign = (float >>> 16) & 0x8000;
  const magnitude = float & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // not a number
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65536 and more
  if (magnitude >= 0x38800000) {
    // Normal: drop 13 bits of the fraction; a carry runs into the exponent, as it should.
    return sign | roundShift(magnitude - 0x38000000, 13);
  }
  // Subnormal: the fraction with its hidden bit, in units of 2^-24.
  const shift = 126 - (magnitude >>> 23);
  return shift > 24 ? sign : sign | roundShift((magnitude & 0x7fffff) | 0x800000, shift);
}

/** value / 2^shift, ties to even; shift 1 … 24. */
function roundShift(value: number, shift: number): number {
  const half = 1 << (shift - 1);
  const quotient = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  return rest > half || (rest === half && (quotient & 1) === 1) ? quotient + 1 : quotient;
}

export function fromFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  table ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => fromHalfBits(bits));
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i]!]!;
  return values;
}

let table: Float32Array | undefined;

function fromHalfBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
