import { ServeError } from '../http/serve-error';

interface Waiter {
  readonly user: string;
  readonly admit: () => void;
}

/** How many fills may be under way. */
export interface Places {
  /** However long they take. */
  readonly atOnce: number;
  /** More of them beside so many that take long, so that a short one need not wait for a long one's end. */
  readonly besideLong: number;
}

export function mostRunning({ atOnce, besideLong }: Places): number {
  return atOnce + besideLong;
}

/** Most completions have ended by then, on two processor cores. */
const LONG_MS = 500;
/** Weight of the newest fill in the mean that waiting times are foretold from. */
const NEWEST = 0.1;
const LONGEST_RETRY_SECONDS = 60;

/**
 * Lets so many fills run at once and has the others wait. Whose turn it is: of the users who wait, the one with the
 * fewest fills under way; among equals, the one who has waited longest since the last turn.
 */
export class FairQueue {
  #running = 0;
  /** Of those, how many take long. */
  #long = 0;
  #waiting = 0;
  #meanMs = 0;
  readonly #runningOf = new Map<string, number>();
  /** In the order of their turns. */
  readonly #waitersOf = new Map<string, Waiter[]>();

  /**
   * @param mostWaiting one more is refused
   * @param longMs a fill that takes longer is a long one
   */
  constructor(
    private readonly places: () => Places,
    private readonly mostWaiting: number,
    private readonly longMs = LONG_MS,
  ) {}

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Resolves when it is this request's turn.
   *
   * @returns what says that the fill has ended
   * @throws ServeError 429 when too many wait; the signal's reason when it is aborted before
   */
  async enter(user: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#mayBegin(user)) this.#begin(user);
    else await this.#wait(user, signal);
    const began = performance.now();
    let long = 0;
    const timer = setTimeout(() => {
      long = 1;
      this.#long += long;
      this.#admit();
    }, this.longMs);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      this.#long -= long;
      this.#meanMs += (performance.now() - began - this.#meanMs) * (this.#meanMs === 0 ? 1 : NEWEST);
      this.#end(user);
    };
  }

  #wait(user: string, signal: AbortSignal): Promise<void> {
    if (this.#waiting >= this.mostWaiting) {
      return Promise.reject(
        new ServeError(429, 'Too many fills wait for this server. Ask again a little later.', {
          code: 'queue_full',
          retryAfter: this.#retrySeconds(),
        }),
      );
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#forget(waiter);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        user,
        admit: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      const others = this.#waitersOf.get(user);
      if (others) others.push(waiter);
      else this.#waitersOf.set(user, [waiter]);
      this.#waiting++;
    });
  }

  /** The last place is for those who have none: long fills of one user never keep the short one of another waiting. */
  #mayBegin(user: string): boolean {
    const { atOnce, besideLong } = this.places();
    if (this.#running >= atOnce + Math.min(this.#long, besideLong)) return false;
    const last = this.#running === atOnce + besideLong - 1;
    return !last || this.#runningBy(user) === 0;
  }

  #begin(user: string): void {
    this.#running++;
    this.#runningOf.set(user, this.#runningBy(user) + 1);
  }

  #end(user: string): void {
    this.#running--;
    const left = this.#runningBy(user) - 1;
    if (left > 0) this.#runningOf.set(user, left);
    else this.#runningOf.delete(user);
    this.#admit();
  }

  #admit(): void {
    const next = this.#next();
    if (next === undefined || !this.#mayBegin(next.user)) return;
    this.#forget(next);
    this.#begin(next.user);
    next.admit();
  }

  #next(): Waiter | undefined {
    let best: Waiter | undefined;
    for (const [user, [first]] of this.#waitersOf) {
      if (best === undefined || this.#runningBy(user) < this.#runningBy(best.user)) best = first;
    }
    return best;
  }

  /** Takes a waiter out; its user's next one goes behind the other users. */
  #forget(waiter: Waiter): void {
    const left = this.#waitersOf.get(waiter.user)?.filter((other) => other !== waiter) ?? [];
    this.#waitersOf.delete(waiter.user);
    if (left.length > 0) this.#waitersOf.set(waiter.user, left);
    this.#waiting--;
  }

  #runningBy(user: string): number {
    return this.#runningOf.get(user) ?? 0;
  }

  #retrySeconds(): number {
    const seconds = Math.ceil((this.#waiting * this.#meanMs) / this.places().atOnce / 1000);
    return Math.min(Math.max(seconds, 1), LONGEST_RETRY_SECONDS);
  }
}
