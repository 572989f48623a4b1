/** Values pushed by one side and awaited by the other; ends or fails once. */
export class AsyncQueue<T> {
  readonly #values: T[] = [];
  #end: { readonly error: Error | undefined } | undefined;
  #wake: (() => void) | undefined;

  /** True when no more values come. */
  get ended(): boolean {
    return this.#end !== undefined;
  }

  push(value: T): void {
    this.#values.push(value);
    this.#wake?.();
  }

  /** No more values come; those already pushed are still delivered, then `error`, if any, is thrown. */
  end(error?: Error): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const value = this.#values.shift();
      if (value !== undefined) {
        yield value;
      } else if (this.#end) {
        if (this.#end.error) throw this.#end.error;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }
}
