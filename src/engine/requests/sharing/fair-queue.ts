/**
 * Things that wait, of several owners who take turns (round robin): whoever has many things waiting keeps nobody with
 * few waiting for more than one turn of each. An owner's own come in the order in which they were put there.
 */
export class FairQueue<T> {
  /** Owners with something waiting, who is next first. */
  readonly #waiting = new Map<string, T[]>();

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  get length(): number {
    return [...this.#waiting.values()].reduce((sum, own) => sum + own.length, 0);
  }

  put(owner: string, value: T): void {
    const own = this.#waiting.get(owner);
    if (own) own.push(value);
    else this.#waiting.set(owner, [value]);
  }

  /** @param fits where what is next does not fit, nothing is taken: whoever is passed over once could be for ever */
  take(fits: (value: T) => boolean = () => true): T | undefined {
    for (const [owner, own] of this.#waiting) {
      const value = own[0]!;
      if (!fits(value)) return undefined;
      own.shift();
      this.#waiting.delete(owner);
      if (own.length > 0) this.#waiting.set(owner, own);
      return value;
    }
    return undefined;
  }

  /** Takes out whatever is not to wait any longer. */
  remove(unwanted: (value: T) => boolean): T[] {
    const removed: T[] = [];
    for (const [owner, own] of this.#waiting) {
      removed.push(...own.filter(unwanted));
      const left = own.filter((value) => !unwanted(value));
      if (left.length > 0) this.#waiting.set(owner, left);
      else this.#waiting.delete(owner);
    }
    return removed;
  }
}
