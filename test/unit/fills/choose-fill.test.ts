import assert from 'node:assert/strict';
import type { CellView, FillRequest, Step } from '../../../src/engine/index';
import { chooseFill, type ChosenFill } from '../../../src/fills/choose-fill';
import { treeOf } from '../../support/syntax';

const AROUND = ['f(', ');\n'] as const;
const REQUEST: FillRequest = { path: 'a.ts', prefix: AROUND[0], suffix: AROUND[1], seed: 4 };

function written(text: string, others: readonly string[] = [], ms = 1000): Step {
  const candidates = [text, ...others].map((one) => ({
    texts: [one],
    holes: [[]],
    score: -1,
    starts: ['usual' as const],
    evidence: {},
  }));
  return {
    index: 1,
    t: 0,
    holes: [[]],
    committed: [],
    remasked: [],
    texts: [text],
    forwards: 3,
    ms,
    done: true,
    ...(others.length > 0 ? { candidates } : {}),
  };
}

async function choose(
  first: Step,
  ask: (request: FillRequest, signal: AbortSignal) => Promise<Step>,
): Promise<ChosenFill> {
  using tree = await treeOf('a.ts', AROUND.join(''));
  const holes = { texts: AROUND, replaced: [''] };
  return await chooseFill(first, REQUEST, holes, tree, ask, new AbortController().signal);
}

function never(): Promise<Step> {
  return Promise.reject(new Error('asked again'));
}

describe('the fill that is put in', function () {
  this.timeout(20_000);

  it('is the first if there is nothing wrong with it, or there is none', async () => {
    assert.equal((await choose(written('a'), never)).step.texts[0], 'a');
    assert.equal((await choose(written(''), never)).step.texts[0], '');
  });

  it('is said to have too little to go on in an empty file, unless the model is sure', async () => {
    const chosen = async (confidence: number, prefix: string): Promise<ChosenFill> => {
      const cell: CellView = { token: 9, text: 'b', masked: false, confidence, step: 1, locked: false };
      const first = { ...written('b'), holes: [[cell]] };
      const holes = { texts: [prefix, ''], replaced: [''] };
      const request = { prefix, suffix: '' };
      return await chooseFill(first, request, holes, undefined, never, new AbortController().signal);
    };
    const { fault, step } = await chosen(0.5, '');
    assert.deepEqual([fault, step.texts], ['too-little', ['']]);
    assert.deepEqual((await chosen(0.9, '')).step.texts, ['b']);
    assert.equal((await chosen(0.5, '-- all my customers\n')).fault, 'too-little');
    assert.equal((await chosen(0.9, '')).fault, undefined);
    assert.equal((await chosen(0.5, 'const a = b + c + d;\n')).fault, undefined);
  });

  it('keeps the words that the user wants to stay, though less of it would parse', async () => {
    using tree = await treeOf('a.ts', AROUND.join(''));
    const holes = { texts: AROUND, replaced: [''] };
    const request = { ...REQUEST, holes: [{ parts: [{ masks: 1 }, ' + kept(;'] }] };
    const first = written('a + kept(;');
    const again = (): Promise<Step> => Promise.resolve(first);
    const { signal } = new AbortController();
    const { step } = await chooseFill(first, request, holes, tree, again, signal);
    assert.equal(step.texts[0], 'a + kept(;');
    const free = await chooseFill(first, REQUEST, holes, tree, again, signal);
    assert.notEqual(free.step.texts[0], 'a + kept(;', 'it would be mended otherwise');
  });

  it('is nothing where too little is known and it is at fault, and where it only closes what is not open', async () => {
    const chosen = async (prefix: string): Promise<ChosenFill> => {
      const cell: CellView = { token: 9, text: '}', masked: false, confidence: 0.5, step: 1, locked: false };
      const first = { ...written('}\n}'), holes: [[cell]] };
      const again = (): Promise<Step> => Promise.resolve(first);
      const holes = { texts: [prefix, ''], replaced: [''] };
      const request = { prefix, suffix: '' };
      return await chooseFill(first, request, holes, undefined, again, new AbortController().signal);
    };
    const { step, fault } = await chosen('');
    assert.deepEqual([step.texts, fault], [[''], 'too-little']);
    const sql = await chosen('-- all customers without an order\n');
    assert.deepEqual([sql.step.texts, sql.fault], [[''], 'syntax']);
  });

  it('is the likeliest of several without fault', async () => {
    const { step: chosen, fault } = await choose(written('(', ['[', 'b', 'c']), never);
    assert.deepEqual([chosen.texts, fault], [['b'], undefined]);
  });

  it('is asked for again, drawn otherwise, and costs what both did', async () => {
    const asked: FillRequest[] = [];
    const drawn = ['{', '', 'b', 'c'];
    const { step: chosen, fault } = await choose(written('('), (request) => {
      asked.push(request);
      return Promise.resolve(written(drawn[asked.length - 1]!));
    });
    assert.deepEqual([chosen.texts, fault], [['b'], undefined]);
    assert.deepEqual([chosen.forwards, chosen.ms], [12, 4000]);
    assert.deepEqual(
      asked.map(({ sampling, seed, prefix }) => [sampling, seed, prefix]),
      [5, 6, 7].map((seed) => ['multinomial', seed, AROUND[0]]),
    );
  });

  it('says something though it is at fault, rather than nothing', async () => {
    const chosen = async (prefix: string, suffix: string, drawn: string): Promise<string> => {
      using tree = await treeOf('a.ts', prefix + suffix);
      const holes = { texts: [prefix, suffix], replaced: [''] };
      const again = (): Promise<Step> => Promise.resolve(written(drawn));
      const { signal } = new AbortController();
      const { step, fault } = await chooseFill(written('}'), { prefix, suffix }, holes, tree, again, signal);
      assert.equal(fault, 'syntax');
      return step.texts[0]!;
    };
    assert.equal(await chosen('f(a, ', ');\n', 'a b c d ('), 'a b c d (');
    assert.equal(await chosen('f(a, ', ');\n', '}'), '');
    const open = `${'{ '.repeat(5)}\n`;
    assert.equal(await chosen(open, '\nf();\n', '}'), '}', 'it closes what is open');
  });

  it('is a mended one rather than another', async () => {
    const { step: chosen, fault } = await choose(written('a(b'), never);
    assert.deepEqual([chosen.texts, fault], [['a(b)'], undefined]);
  });

  it('is the first with its fault where none is better', async () => {
    const { step: chosen, fault } = await choose(written('a b c d ('), () =>
      Promise.resolve(written('a b c d {')),
    );
    assert.deepEqual([chosen.texts, fault], [['a b c d ('], 'syntax']);
  });

  it('is the first with its fault where others take more than thrice its time', async () => {
    const { step: chosen, fault } = await choose(
      written('a b c d (', [], 5),
      (_, signal) =>
        new Promise((_done, fail) => {
          signal.addEventListener('abort', () => fail(new Error('cancelled')));
        }),
    );
    assert.deepEqual([chosen.texts, fault], [['a b c d ('], 'syntax']);
  });
});
