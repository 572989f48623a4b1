import assert from 'node:assert/strict';
import { compare, type ModelResults } from '../../../../scripts/evaluate/compare';
import { freeAnswer, measure, type Figures } from '../../../../scripts/evaluate/figures';
import { bootstrap, median, proportion } from '../../../../scripts/evaluate/intervals';
import { findMemorised } from '../../../../scripts/evaluate/memorisation';
import type { Task } from '../../../../scripts/evaluate/task';
import { mean } from '../../../../scripts/train/report/mean';
import { Random } from '../../../../src/engine/diffusion/random';

function close(actual: number, wanted: number, tolerance: number): void {
  assert.ok(Math.abs(actual - wanted) <= tolerance, `${actual}, not ${wanted}`);
}

describe('95 % intervals', () => {
  it('of shares are Wilson’s', () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for (const [hits, count, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const) {
      const interval = proportion(hits, count);
      close(interval.value, hits / count, 1e-12);
      close(interval.low, low, 5e-5);
      close(interval.high, high, 5e-5);
    }
    assert.ok(Number.isNaN(proportion(0, 0).value));
  });

  it('of means agree with the normal approximation where that holds', () => {
    const random = new Random(3);
    const values = Array.from({ length: 400 }, () => random.uniform());
    const { value, low, high } = bootstrap(values, mean);
    const spread = Math.sqrt(mean(values.map((x) => (x - value) ** 2)) / values.length);
    close(low, value - 1.96 * spread, 0.15 * spread);
    close(high, value + 1.96 * spread, 0.15 * spread);
    assert.deepEqual(bootstrap(values, mean), { value, low, high });
  });

  it('know the median', () => {
    assert.deepEqual([median([3, 1, 2]), median([4, 1, 3, 2])], [2, 2.5]);
  });
});

describe('comparison of two models', () => {
  const tasks = Array.from({ length: 50 }, (_, i): Task => {
    const id = String(i);
    return { id, kind: 'line', lang: 'css', path: id, prefix: '', middle: 'right', suffix: '' };
  });
  const figures = async (text: string): Promise<Figures> => measure(tasks[0]!, freeAnswer([text]));
  let right: Figures;
  let wrong: Figures;
  before(async () => {
    right = await figures('right');
    wrong = await figures('wrong');
  });
  const model = (
    name: string,
    isRight: (i: number) => boolean,
    bits: (i: number) => number,
  ): ModelResults => ({
    name,
    ways: [
      {
        label: 'true length',
        cases: tasks.map((task, i) => {
          const answer = freeAnswer([isRight(i) ? 'right' : 'wrong']);
          return { task, answer, figures: isRight(i) ? right : wrong };
        }),
      },
    ],
    measured: tasks.map((task, i) => ({
      task,
      likelihood: { bits: bits(i), bytes: 5, tokens: 1, draws: [], forwards: 0, ms: 0 },
    })),
  });

  it('pairs the tasks: what is hard for both widens nothing', () => {
    const bits = (i: number): number => 1 + i;
    const reference = model('reference', (i) => i < 25, bits);
    const { moreBits, ways, bitsPerByte } = compare(
      model(
        'ours',
        (i) => i < 25,
        (i) => 1.01 * bits(i),
      ),
      reference,
    );
    for (const bound of [moreBits.low, moreBits.value, moreBits.high]) close(bound, 0.01, 1e-9);
    assert.deepEqual(ways[0]!.exactDifference, { value: 0, low: 0, high: 0 });
    assert.ok(bitsPerByte.high - bitsPerByte.low > 1);
  });

  it('gives the difference ours less theirs', () => {
    const one = (): number => 1;
    const { ways } = compare(
      model('ours', (i) => i < 20, one),
      model('reference', (i) => i < 30, one),
    );
    const { value, low, high } = ways[0]!.exactDifference;
    close(value, -0.2, 1e-9);
    assert.ok(low < -0.2 && high > -0.2 && high < 0);
  });
});

describe('memorisation', () => {
  const run = 'const everyFiftyCharacters = thatAgree && wordForWord;\n';
  async function* texts(...all: string[]): AsyncGenerator<{ text: string }> {
    yield* await Promise.resolve(all.map((text) => ({ text })));
  }

  it('finds runs of fifty characters, not fewer, and not what the context held', async () => {
    const suspects = [
      { text: `x${run}y`, context: '' },
      { text: `x${run}y`, context: `// ${run}` },
      { text: `${run.slice(0, 49)}!`, context: '' },
      { text: 'short', context: '' },
    ];
    const [all, none] = await findMemorised(
      [suspects, []],
      texts('tiny', `before\n${run}`, 'after'.repeat(30)),
    );
    assert.deepEqual(all, { looked: 3, found: 1 });
    assert.deepEqual(none, { looked: 0, found: 0 });
  });

  it('finds them at the very beginning and end of a text', async () => {
    const suspects = [{ text: run, context: '' }];
    for (const text of [run, `${run}tail`, `head${run}`, `😀${run.slice(0, 50)}`])
      assert.equal((await findMemorised([suspects], texts(text)))[0]!.found, 1, text);
  });
});
