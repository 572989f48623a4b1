import { softmaxOf, type Softmax } from './softmax';

/** The mask predictor's row for one position: a logit for every token, all of them known or only those that count. */
export interface Row {
  /** Takes tokens out for good: no draw gives them and they have no share in a probability. */
  ban(tokens: Iterable<number>): void;
  /** Lowers the logit of a token by `amount` ≥ 0. @throws Error when it is not known */
  damp(token: number, amount: number): void;
  /** @throws Error when a banned token has a share in it that is not known */
  softmax(): Softmax;
  /** −∞ for a banned token. @throws Error when it is not known */
  logit(token: number): number;
  /** The `count` tokens of the largest logits besides those of `without`, largest first. @throws Error when they are not known */
  largest(count: number, without: readonly number[]): number[];
  /** Logits of all tokens, float32 [vocabulary]. @throws Error when they are not known */
  all(): Float32Array;
  /** Bans in one of the two leave the other as it is. */
  copy(): Row;
}

/** A row whose logits are all known. */
export class LogitsRow implements Row {
  /** @param logits float32 [vocabulary]; changed by `ban` */
  constructor(private readonly logits: Float32Array) {}

  ban(tokens: Iterable<number>): void {
    for (const token of tokens) this.logits[token] = -Infinity;
  }

  damp(token: number, amount: number): void {
    this.logits[token] = this.logits[token]! - amount;
  }

  softmax(): Softmax {
    return softmaxOf(this.logits);
  }

  logit(token: number): number {
    return this.logits[token]!;
  }

  largest(count: number, without: readonly number[]): number[] {
    const best: number[] = [];
    if (count === 0) return best;
    for (let token = 0; token < this.logits.length; token++) {
      const logit = this.logits[token]!;
      if (logit === -Infinity || without.includes(token)) continue;
      if (best.length === count && logit <= this.logits[best.at(-1)!]!) continue;
      let place = best.length;
      while (place > 0 && this.logits[best[place - 1]!]! < logit) place--;
      best.splice(place, 0, token);
      if (best.length > count) best.pop();
    }
    return best;
  }

  all(): Float32Array {
    return this.logits;
  }

  copy(): LogitsRow {
    return new LogitsRow(this.logits.slice());
  }
}
