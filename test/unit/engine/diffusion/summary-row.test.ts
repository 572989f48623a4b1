import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../../src/engine/diffusion/random';
import { LogitsRow, type Row } from '../../../../src/engine/diffusion/row';
import { alternativesTo, probabilityOf, sampleToken } from '../../../../src/engine/diffusion/sampling';
import { SummaryRow, type RowSummary } from '../../../../src/engine/diffusion/summary-row';

const RESERVED = 7;
const MOST = 8;

/** Computes a row's summary as the network's graph does, in float64. */
function summarize(logits: Float32Array, banned: ReadonlySet<number>): RowSummary {
  const ordinary = [...logits.keys()].filter((token) => token >= RESERVED && !banned.has(token));
  const tokens = ordinary.sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, MOST);
  const first = logits[tokens[0]!]!;
  const sum = (of: (below: number) => number): number =>
    ordinary.reduce((total, token) => total + of(first - logits[token]!), 0);
  return {
    tokens,
    logits: tokens.map((token) => logits[token]!),
    most: MOST,
    banned,
    sum: sum((below) => Math.exp(-below)),
    weighted: sum((below) => Math.exp(-below) * below),
    reserved: [...logits.subarray(0, RESERVED)],
  };
}

const SOME_ROW = fc
  .array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: RESERVED + 1, maxLength: 60 })
  .map((logits) => Float32Array.from(logits));
const SOME_TOKENS = fc.array(fc.nat(59), { maxLength: 50 });

describe('a summary of a row', () => {
  const greedy = { kind: 'greedy' } as const;
  const random = new Random(0);

  it('says what the logits say when the most probable token is damped', () => {
    fc.assert(
      fc.property(SOME_ROW, fc.double({ min: 0, max: 12, noNaN: true }), (logits, amount) => {
        const known = new LogitsRow(logits.slice());
        const summed: Row = new SummaryRow(summarize(logits, new Set()));
        const { token } = sampleToken(known, greedy, random);
        for (const row of [known, summed]) row.damp(token, amount);
        const copy = summed.copy();
        // What is damped below all that are known may be less probable than some that are not.
        if (logits.length > RESERVED + MOST) fc.pre(sampleToken(known, greedy, random).token === token);
        const wanted = sampleToken(known, greedy, random);
        for (const got of [summed, copy].map((row) => sampleToken(row, greedy, random))) {
          assert.equal(got.token, wanted.token);
          assert.ok(Math.abs(got.probability - wanted.probability) < 1e-6);
          assert.ok(Math.abs(got.entropy - wanted.entropy) < 1e-5);
        }
      }),
    );
  });

  it('says what the logits say, whatever is banned', () => {
    fc.assert(
      fc.property(SOME_ROW, SOME_TOKENS, fc.nat(7), (logits, tokens, count) => {
        const banned = new Set(tokens.filter((token) => token < logits.length));
        const known = new LogitsRow(logits.slice());
        const summed = new SummaryRow(summarize(logits, banned));
        for (const row of [known, summed]) row.ban(banned);
        if (banned.size === logits.length) {
          for (const row of [known, summed])
            assert.throws(() => sampleToken(row, greedy, random), /no usable/);
          return;
        }
        const wanted = sampleToken(known, greedy, random);
        const got = sampleToken(summed, greedy, random);
        assert.equal(got.token, wanted.token);
        for (const key of ['probability', 'margin', 'entropy'] as const) {
          assert.ok(Math.abs(got[key] - wanted[key]) < 1e-7, `${key} ${got[key]} is not ${wanted[key]}`);
        }
        for (const token of [5, 6]) {
          const difference = probabilityOf(token, summed) - probabilityOf(token, known);
          assert.ok(Math.abs(difference) < 1e-7);
        }
        const [others, same] = [known, summed].map((row) => alternativesTo([got.token, 5, 6], row, count));
        assert.deepEqual(
          same!.map(({ token }) => token),
          others!.map(({ token }) => token),
        );
        others!.forEach(({ probability }, i) => {
          assert.ok(Math.abs(probability - same![i]!.probability) < 1e-7);
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('says so when it is asked for more than it knows', () => {
    const logits = Float32Array.from({ length: 40 }, (_, token) => token / 10);
    const row = new SummaryRow(summarize(logits, new Set([39])));
    assert.throws(() => row.logit(20), /does not say the logit of token 20/);
    assert.throws(() => row.logit(39), /token 39/);
    for (const token of [38, 20]) {
      const late = row.copy();
      late.ban([token]);
      const says = new RegExp(`does not say the row without token ${token}`);
      assert.throws(() => late.softmax(), says);
      assert.throws(() => late.largest(1, []), says);
      assert.throws(() => late.copy().softmax(), says);
    }
    assert.throws(() => row.all(), /all of its logits/);
    row.ban([0, 1, 2, 3, 4, 5, 6, 39]);
    assert.deepEqual(row.largest(8, []), [38, 37, 36, 35, 34, 33, 32, 31]);
    assert.throws(() => row.largest(9, []), /its 9 largest/);
    const multinomial = { kind: 'multinomial', temperature: 1, topP: 1, topK: 0 } as const;
    assert.throws(() => sampleToken(row, multinomial, random), /does not say/);
  });

  it('of nothing usable gives no token', () => {
    const nothing = summarize(new Float32Array(40).fill(NaN), new Set());
    const infinite = summarize(new Float32Array(40).fill(Infinity), new Set());
    for (const summary of [nothing, infinite]) {
      const row = new SummaryRow(summary);
      assert.throws(() => sampleToken(row, greedy, random), /no usable logit/);
    }
  });
});
