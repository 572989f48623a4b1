import { BYTE_CHARACTERS } from '../../../src/engine/training';
import { PairHeap } from './pair-heap';

/** Pieces longer than this, in bytes, are data, not words. */
const LONGEST_PIECE = 64;
/** Merges between two looks at whether to stop. */
const TURN = 200;
const RADIX = 65536;

/** A symbol is a byte, 0–255, or a merge's result from 256 on, in the order made. */
export interface Merges {
  /** The text of every symbol, in byte-level characters. */
  readonly symbols: readonly string[];
  /** Pairs of symbols in order of rank. More than the results where two pairs write the same. */
  readonly pairs: readonly (readonly [left: number, right: number])[];
}

/**
 * Byte pair encoding (Sennrich et al. 2016, section 3.2) on bytes: merges the most frequent pair of neighbours, again and
 * again, until there are `size` symbols or no pair occurs twice.
 *
 * @param counts how often each piece occurs; those that occur once are left aside
 * @param onTurn called now and then with the symbols made; may throw to stop
 */
export async function learnMerges(
  counts: ReadonlyMap<string, number>,
  size: number,
  onTurn: (made: number) => void,
): Promise<Merges> {
  const symbols = [...BYTE_CHARACTERS];
  const known = new Map(symbols.map((text, symbol) => [text, symbol]));
  const pairs: [number, number][] = [];
  const pieces = new Pieces(counts);
  for (let turn = 0; symbols.length < size; turn++) {
    if (turn % TURN === 0) {
      onTurn(symbols.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const pair = pieces.mostFrequent();
    if (pair === undefined) break;
    const [left, right] = [Math.floor(pair / RADIX), pair % RADIX];
    const text = symbols[left]! + symbols[right]!;
    // Two pairs may write the same ("a"+"bc", "ab"+"c"): one token, two ways to it.
    const symbol = known.get(text) ?? symbols.push(text) - 1;
    known.set(text, symbol);
    pairs.push([left, right]);
    pieces.merge(pair, symbol);
  }
  onTurn(symbols.length);
  return { symbols, pairs };
}

/** The distinct pieces as runs of symbols, and where which pair occurs how often. */
class Pieces {
  readonly #starts: Uint32Array;
  readonly #lengths: Uint16Array;
  readonly #frequencies: Float64Array;
  readonly #symbols: Uint16Array;
  readonly #counts = new Map<number, number>();
  /** Pieces in which a pair occurs, or did. */
  readonly #places = new Map<number, number[]>();
  /** Counts in the heap may be old ones: they are checked when they come out. */
  readonly #heap = new PairHeap();

  constructor(counts: ReadonlyMap<string, number>) {
    const kept = [...counts]
      .filter(([, count]) => count >= 2)
      .map(([piece, count]) => ({ bytes: Buffer.from(piece), count }))
      .filter(({ bytes }) => bytes.length <= LONGEST_PIECE);
    this.#starts = new Uint32Array(kept.length);
    this.#lengths = Uint16Array.from(kept, ({ bytes }) => bytes.length);
    this.#frequencies = Float64Array.from(kept, ({ count }) => count);
    this.#symbols = new Uint16Array(kept.reduce((sum, { bytes }) => sum + bytes.length, 0));
    let start = 0;
    kept.forEach(({ bytes }, i) => {
      this.#starts[i] = start;
      this.#symbols.set(bytes, start);
      start += bytes.length;
    });
    for (let piece = 0; piece < kept.length; piece++) {
      this.#addCounts(piece, 1);
      this.#eachPair(piece, (pair) => this.#addPlace(pair, piece));
    }
    for (const [pair, count] of this.#counts) this.#heap.push(count, pair);
  }

  /** The pair that occurs most often, twice at least. */
  mostFrequent(): number | undefined {
    while (this.#heap.size > 0) {
      const { count, pair } = this.#heap.pop();
      const now = this.#counts.get(pair) ?? 0;
      if (now === count) return count < 2 ? undefined : pair;
      if (now > 1) this.#heap.push(now, pair);
    }
    return undefined;
  }

  /** Puts `symbol` in place of the pair everywhere. */
  merge(pair: number, symbol: number): void {
    const [left, right] = [Math.floor(pair / RADIX), pair % RADIX];
    const changed = new Set<number>();
    for (const piece of this.#places.get(pair) ?? []) {
      if (!this.#has(piece, left, right)) continue;
      this.#addCounts(piece, -1);
      this.#replace(piece, left, right, symbol);
      this.#addCounts(piece, 1);
      this.#eachPair(piece, (next, a, b) => {
        if (a !== symbol && b !== symbol) return;
        changed.add(next);
        this.#addPlace(next, piece);
      });
    }
    this.#places.delete(pair);
    this.#counts.delete(pair);
    for (const next of changed) this.#heap.push(this.#counts.get(next) ?? 0, next);
  }

  #addPlace(pair: number, piece: number): void {
    const places = this.#places.get(pair);
    if (!places) this.#places.set(pair, [piece]);
    else if (places.at(-1) !== piece) places.push(piece);
  }

  #addCounts(piece: number, sign: number): void {
    const count = sign * this.#frequencies[piece]!;
    this.#eachPair(piece, (pair) => this.#counts.set(pair, (this.#counts.get(pair) ?? 0) + count));
  }

  #eachPair(piece: number, visit: (pair: number, left: number, right: number) => void): void {
    const start = this.#starts[piece]!;
    const end = start + this.#lengths[piece]! - 1;
    for (let i = start; i < end; i++) {
      const left = this.#symbols[i]!;
      const right = this.#symbols[i + 1]!;
      visit(left * RADIX + right, left, right);
    }
  }

  #has(piece: number, left: number, right: number): boolean {
    const start = this.#starts[piece]!;
    const end = start + this.#lengths[piece]! - 1;
    for (let i = start; i < end; i++)
      if (this.#symbols[i] === left && this.#symbols[i + 1] === right) return true;
    return false;
  }

  #replace(piece: number, left: number, right: number, symbol: number): void {
    const start = this.#starts[piece]!;
    const end = start + this.#lengths[piece]!;
    let to = start;
    for (let i = start; i < end; i++) {
      const found = i + 1 < end && this.#symbols[i] === left && this.#symbols[i + 1] === right;
      this.#symbols[to++] = found ? symbol : this.#symbols[i]!;
      if (found) i++;
    }
    this.#lengths[piece] = to - start;
  }
}
