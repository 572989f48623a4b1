import type { Row } from './row';
import type { Softmax } from './softmax';

/**
 * The part of a row of logits that is kept when only the most probable tokens are wanted. The first ids are reserved
 * for special tokens, whose logits are kept one by one; all others are ordinary.
 */
export interface RowSummary {
  /** Ordinary tokens of the largest logits, largest first; all there are if they are fewer than `most`. */
  readonly tokens: readonly number[];
  readonly logits: readonly number[];
  /** How many tokens it could name. */
  readonly most: number;
  /** The ordinary tokens among these have no part in it. */
  readonly banned: ReadonlySet<number>;
  /** Over the ordinary tokens, with `first` the largest of their logits l: the sum of exp(l − first); 0 without any. */
  readonly sum: number;
  /** The sum of exp(l − first) · (first − l). */
  readonly weighted: number;
  /** Logits of the reserved tokens. */
  readonly reserved: readonly number[];
}

/** A row of which the summary is known: all that greedy unmasking asks for. */
export class SummaryRow implements Row {
  readonly #reserved: number[];
  /** An ordinary token that was banned too late: its share is in the sums and cannot be told. */
  #bannedLate: number | undefined;

  constructor(private readonly summary: RowSummary) {
    this.#reserved = [...summary.reserved];
  }

  ban(tokens: Iterable<number>): void {
    for (const token of tokens) {
      if (token < this.#reserved.length) this.#reserved[token] = -Infinity;
      else if (!this.summary.banned.has(token)) this.#bannedLate ??= token;
    }
  }

  softmax(): Softmax {
    const [largest = -1, next = -1] = this.#ranked();
    const first = largest < 0 ? -Infinity : this.logit(largest);
    const second = next < 0 ? -Infinity : this.logit(next);
    // Both sums are about the largest ordinary logit; they are moved to the largest of all.
    const distance = first - (this.summary.logits[0] ?? -Infinity);
    const share = Math.exp(-distance);
    let sum = share * this.summary.sum;
    let weighted = share === 0 ? 0 : share * (this.summary.weighted + distance * this.summary.sum);
    for (const logit of this.#reserved) {
      const weight = Math.exp(logit - first);
      sum += weight;
      if (weight > 0) weighted += weight * (first - logit);
    }
    return { largest, first, second, sum, entropy: Math.log(sum) + weighted / sum };
  }

  logit(token: number): number {
    if (token < this.#reserved.length) return this.#reserved[token]!;
    const place = this.summary.tokens.indexOf(token);
    if (place < 0) throw unknown(`the logit of token ${token}`);
    return this.summary.logits[place]!;
  }

  largest(count: number, without: readonly number[]): number[] {
    const others = this.#ranked().filter((token) => !without.includes(token));
    const { tokens, most } = this.summary;
    if (others.length < count && tokens.length === most) throw unknown(`its ${count} largest logits`);
    return others.slice(0, count);
  }

  all(): Float32Array {
    throw unknown('all of its logits');
  }

  copy(): SummaryRow {
    const copy = new SummaryRow({ ...this.summary, reserved: this.#reserved });
    copy.#bannedLate = this.#bannedLate;
    return copy;
  }

  /** The known tokens that may stand here, largest logit first; of equal ones the lowest id. */
  #ranked(): number[] {
    if (this.#bannedLate !== undefined) throw unknown(`the row without token ${this.#bannedLate}`);
    const reserved = [...this.#reserved.keys()].filter((token) => this.#reserved[token]! > -Infinity);
    return [...reserved, ...this.summary.tokens].sort((a, b) => this.logit(b) - this.logit(a) || a - b);
  }
}

function unknown(what: string): Error {
  return new Error(`The summary of a row does not say ${what}.`);
}
