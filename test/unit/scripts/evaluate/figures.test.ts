import assert from 'node:assert/strict';
import { bracketsOf } from '../../../../scripts/evaluate/brackets';
import { freeAnswer, measure, type Figures } from '../../../../scripts/evaluate/figures';
import { copyFills, emptyFills } from '../../../../scripts/evaluate/floors';
import { isValidSyntax } from '../../../../scripts/evaluate/syntax';
import type { Task } from '../../../../scripts/evaluate/task';

const CALL: Task = {
  id: 'call',
  kind: 'line',
  lang: 'typescript',
  path: 'a.ts',
  prefix: 'function f() {\n  ',
  middle: 'return g(1);',
  suffix: '\n}\n',
};
const TWO: Task = {
  id: 'two',
  kind: 'two-holes',
  lang: 'python',
  path: 'a.py',
  prefix: 'a = ',
  between: ['\nb = '],
  suffix: '\n',
  middles: ['one', 'three'],
};
function figuresOf(task: Task, ...texts: string[]): Promise<Figures> {
  return measure(task, freeAnswer(texts));
}

describe('figures of a fill', () => {
  it('take blanks at the ends for nothing', async () => {
    const figures = await figuresOf(CALL, ' return g(1);\n');
    assert.deepEqual(
      [figures.exact, figures.similarity, figures.lengthError, figures.brackets, figures.valid],
      [true, 1, 2, true, true],
    );
  });

  it('tell how far a wrong fill is off', async () => {
    const { exact, similarity, lengthError } = await figuresOf(CALL, 'return g(12);');
    assert.deepEqual([exact, lengthError], [false, 1]);
    assert.ok(Math.abs(similarity - (1 - 1 / 13)) < 1e-12);
    assert.equal((await figuresOf(CALL, '')).similarity, 0);
  });

  it('see brackets that are left open and text that does not parse', async () => {
    const open = await figuresOf(CALL, 'return g(1;');
    assert.deepEqual([open.brackets, open.valid], [false, false]);
    const other = await figuresOf(CALL, 'let x = [];');
    assert.deepEqual([other.brackets, other.valid], [true, true]);
  });

  it('say nothing about syntax where the text was wrong before, or has no grammar', async () => {
    assert.equal((await figuresOf({ ...CALL, suffix: '\n' }, 'return;')).valid, undefined);
    assert.equal((await figuresOf({ ...CALL, lang: 'markdown' }, 'a')).valid, undefined);
  });

  it('take several holes together', async () => {
    const half = await figuresOf(TWO, 'one', 'th');
    assert.deepEqual([half.exact, half.lengthError], [false, -3]);
    assert.equal(half.similarity, 1 - 3 / 8);
    assert.equal((await figuresOf(TWO, 'one', 'three')).exact, true);
  });

  it('know the brackets without a partner', () => {
    assert.equal(bracketsOf('f(a[0])'), '');
    assert.equal(bracketsOf('} else if (a) { g(['), '}{([');
    assert.equal(bracketsOf('(]'), '(]');
  });

  it('parse each language as what it is', async () => {
    assert.equal(await isValidSyntax('typescript', 'let a = <T,>(x: T) => x;'), true);
    assert.equal(await isValidSyntax('typescriptreact', 'let a = <b>{c}</b>;'), true);
    assert.equal(await isValidSyntax('javascript', 'let a: number;'), false);
    assert.equal(await isValidSyntax('javascript', 'let a = ;'), false);
    assert.equal(await isValidSyntax('css', '}'), false);
    assert.equal(await isValidSyntax('python', 'a = (1)\n'), true);
    assert.equal(await isValidSyntax('markdown', '('), undefined);
  });
});

describe('floors', () => {
  it('copy what followed the same characters, up to where the text after the hole begins', () => {
    const task = {
      ...CALL,
      prefix: 'log(first.name);\nlog(second.name);\nlog(',
      middle: 'third.name',
      suffix: ');\n',
    };
    assert.deepEqual(copyFills(task), ['second.name']);
  });

  it('copy from after the hole when it is not before', () => {
    assert.deepEqual(copyFills({ ...CALL, prefix: 'const a = ', suffix: ';\nconst a = 12;\n' }), ['12']);
  });

  it('look into the text between holes, and copy nothing across one', () => {
    assert.deepEqual(copyFills({ ...TWO, between: ['\na = 7\nb = '] }), ['7', '7']);
    assert.deepEqual(copyFills(TWO), ['', '']);
  });

  it('give nothing where nothing agrees', () => {
    assert.deepEqual(copyFills({ ...CALL, prefix: 'xyz', suffix: '' }), ['']);
    assert.deepEqual(emptyFills(TWO), ['', '']);
  });
});
