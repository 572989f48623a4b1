/** A max-heap of pairs by count; of equal counts the smaller pair comes first, so that the order is always the same. */
export class PairHeap {
  readonly #counts: number[] = [];
  readonly #pairs: number[] = [];

  get size(): number {
    return this.#counts.length;
  }

  push(count: number, pair: number): void {
    this.#counts.push(count);
    this.#pairs.push(pair);
    let i = this.size - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(i, parent)) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** The first of the heap, which must not be empty. */
  pop(): { count: number; pair: number } {
    const first = { count: this.#counts[0]!, pair: this.#pairs[0]! };
    const count = this.#counts.pop()!;
    const pair = this.#pairs.pop()!;
    if (this.size > 0) {
      this.#counts[0] = count;
      this.#pairs[0] = pair;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    for (let i = 0; ;) {
      const left = 2 * i + 1;
      let top = i;
      if (left < this.size && this.#before(left, top)) top = left;
      if (left + 1 < this.size && this.#before(left + 1, top)) top = left + 1;
      if (top === i) return;
      this.#swap(i, top);
      i = top;
    }
  }

  #before(i: number, j: number): boolean {
    const difference = this.#counts[i]! - this.#counts[j]!;
    return difference > 0 || (difference === 0 && this.#pairs[i]! < this.#pairs[j]!);
  }

  #swap(i: number, j: number): void {
    [this.#counts[i], this.#counts[j]] = [this.#counts[j]!, this.#counts[i]!];
    [this.#pairs[i], this.#pairs[j]] = [this.#pairs[j]!, this.#pairs[i]!];
  }
}
