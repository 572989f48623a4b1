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
  /** By how much logits of ordinary tokens are lowered. */
  readonly #damped = new Map<number, number>();

  constructor(private readonly summary: RowSummary) {
    this.#reserved = [...summary.reserved];
  }

  ban(tokens: Iterable<number>): void {
    for (const token of tokens) {
      if (token < this.#reserved.length) this.#reserved[token] = -Infinity;
      else if (!this.summary.banned.has(token)) this.#bannedLate ??= token;
    }
  }

  damp(token: number, amount: number): void {
    if (token < this.#reserved.length) this.#reserved[token]! -= amount;
    else if (!this.summary.tokens.includes(token)) throw unknown(`the logit of token ${token}`);
    else this.#damped.set(token, (this.#damped.get(token) ?? 0) + amount);
  }

  softmax(): Softmax {
    const [largest = -1, next = -1] = this.#ranked();
    const first = largest < 0 ? -Infinity : this.logit(largest);
    const second = next < 0 ? -Infinity : this.logit(next);
    // Both sums are about the largest ordinary logit; they are moved to the largest of all.
    const distance = first - (this.summary.logits[0] ?? -Infinity);
    const share = Math.exp(-distance);
    const ordinary = this.#ordinarySums();
    let sum = share * ordinary.sum;
    let weighted = share === 0 ? 0 : share * (ordinary.weighted + distance * ordinary.sum);
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
    return this.summary.logits[place]! - (this.#damped.get(token) ?? 0);
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
    for (const [token, amount] of this.#damped) copy.damp(token, amount);
    return copy;
  }

  /** `sum` and `weighted` of the summary as damping leaves them. */
  #ordinarySums(): Pick<RowSummary, 'sum' | 'weighted'> {
    if (this.#damped.size === 0) return this.summary;
    const { tokens, logits } = this.summary;
    let { sum, weighted } = this.summary;
    let known = 0;
    tokens.forEach((token, i) => {
      const below = logits[0]! - logits[i]!;
      const now = below + (this.#damped.get(token) ?? 0);
      known += Math.exp(-now);
      sum += Math.exp(-now) - Math.exp(-below);
      weighted += now * Math.exp(-now) - below * Math.exp(-below);
    });
    // Where almost all was the damped token's, rounding would leave less than the others have.
    return { sum: Math.max(sum, known), weighted: Math.max(weighted, 0) };
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
