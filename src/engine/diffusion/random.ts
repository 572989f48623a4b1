/**
 * The one source of randomness of a request or a training run: xoshiro128** 1.1 (Blackman and Vigna, 2018),
 * seeded through splitmix32. Same seed, same sequence, on every machine.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param stream of several independent sequences of one seed, which */
  constructor(seed: number, stream = 0) {
    // Both halves of a large seed count, each in its own way, so that neighbouring seeds share no sequence.
    const high = Math.trunc(seed / 4294967296);
    let state = (Math.trunc(seed) ^ Math.imul(high, 0x85ebca6b) ^ Math.imul(stream, 0xc2b2ae35)) >>> 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) >>> 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next();
  }

  /** A generator at the state a `state()` call saved: for checkpoints. */
  static restore(state: readonly number[]): Random {
    const random = new Random(0);
    [random.#a, random.#b, random.#c, random.#d] = state as [number, number, number, number];
    return random;
  }

  state(): number[] {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  /** Uniform integer in [0, 2³²). */
  uint32(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotateLeft(this.#d, 11);
    return scrambled;
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  /** Uniform integer in [0, n), n ≥ 1. */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** `count` different integers in [0, n), every choice as likely: the begin of a shuffle (Fisher and Yates). */
  distinct(n: number, count: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < count; i++) {
      const other = i + this.integer(n - i);
      [order[i], order[other]] = [order[other]!, order[i]!];
    }
    return order.slice(0, count);
  }

  /** A draw from the standard Gumbel distribution, −log(−log u), always finite. */
  gumbel(): number {
    const u = Math.max(this.uniform(), Number.MIN_VALUE);
    return -Math.log(-Math.log(u));
  }

  /** Picks an index with probability proportional to its weight. */
  weighted(weights: readonly number[]): number {
    let rest = this.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < weights.length; i++) {
      rest -= weights[i]!;
      if (rest < 0) return i;
    }
    return weights.length - 1;
  }
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
