import { FairQueue } from '../requests/sharing/fair-queue';

interface Waiting {
  readonly id: number;
  readonly run: () => Promise<void>;
}

/** Lets so many requests run at once and others wait, whose sessions take turns; one that ends lets the next one in. */
export class Admission {
  readonly #waiting = new FairQueue<Waiting>();
  #running = 0;
  #most = 1;

  /** Most requests under way at once; more of those that wait may begin then. */
  set most(most: number) {
    this.#most = most;
    this.#admit();
  }

  /** Requests under way. */
  get running(): number {
    return this.#running;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @param run never rejects */
  put(session: string, id: number, run: () => Promise<void>): void {
    this.#waiting.put(session, { id, run });
    this.#admit();
  }

  /** @returns whether it was still waiting, and so will never run */
  withdraw(id: number): boolean {
    return this.#waiting.remove((waiting) => waiting.id === id).length > 0;
  }

  #admit(): void {
    while (this.#running < this.#most) {
      const next = this.#waiting.take();
      if (!next) return;
      this.#running++;
      void next.run().finally(() => {
        this.#running--;
        this.#admit();
      });
    }
  }
}
