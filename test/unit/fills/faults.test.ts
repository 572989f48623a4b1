import assert from 'node:assert/strict';
import { judgeOf, type Fault } from '../../../src/fills/faults';
import { cutAtCursor, treeOf } from '../../support/syntax';

async function fault(path: string, drawn: string, fill: string, replaced = ''): Promise<Fault | undefined> {
  const [prefix, suffix] = cutAtCursor(drawn);
  using tree = await treeOf(path, prefix + replaced + suffix);
  return await judgeOf({ texts: [prefix, suffix], replaced: [replaced] }, tree)([fill]);
}

describe('what is wrong with a fill', () => {
  it('is that the text cannot be read with it', async () => {
    for (const [path, drawn, wrong, right] of [
      ['a.ts', 'function f(a: number) {\n  return ‸;\n}\n', 'a + (', 'a + (1)'],
      ['a.ts', 'function f() {\n  ‸\n}\n', 'try {', 'try { g(); } finally { h(); }'],
      ['a.py', 'def f(a):\n    ‸\n', 'return (a', 'return (a)'],
      ['a.go', 'package a\n\nfunc f() int {\n\t‸\n}\n', 'return 1 }', 'return 1'],
      ['a.rs', 'fn f() -> i32 {\n    ‸\n}\n', 'let a = ;', 'let a = 1; a'],
      ['a.json', '{"a": ‸}\n', '[1, 2', '[1, 2]'],
    ] as const) {
      assert.equal(await fault(path, drawn, wrong), 'syntax', `${path}: ${wrong}`);
      assert.equal(await fault(path, drawn, right), undefined, `${path}: ${right}`);
    }
  });

  it('is not what was wrong before, and not guessed where no grammar reads the text', async () => {
    assert.equal(await fault('a.ts', 'function f() {\n  ‸\n', 'g();'), undefined);
    assert.equal(await fault('a.ts', 'f(() => {\n  ‸\n', 'g();'), undefined);
    assert.equal(await fault('a.txt', 'a ‸\n', '((('), undefined);
  });

  it('is that it does not open what is closed behind it', async () => {
    const tests = 'd();\n‸\n  it(() => {\n    a();\n  });\n});\n';
    assert.equal(await fault('a.js', tests, "describe('a',)"), 'syntax');
    assert.equal(await fault('a.js', tests, "describe('a', () => {"), undefined);
    assert.equal(await fault('a.js', 'const a ‸\n  b();\n};\n', '= function () { {'), 'syntax');
    assert.equal(await fault('a.py', 'def f():\n    """A.\n\n    ‸\n    return 1\n', 'B.'), 'syntax');
  });

  it('is that it closes only some of what stands open before other text, or less than is closed behind', async () => {
    const nested = 'function f() {\n  if (a) {\n    b();\n  ‸\n\nfunction g() {}\n';
    assert.equal(await fault('a.js', nested, '}'), 'syntax');
    assert.equal(await fault('a.js', nested, '}\n}'), undefined);
    assert.equal(await fault('a.js', nested.split('‸')[0]! + '‸', '}'), undefined);
    const crossed = 'f(() => {\n  g(() => {\n    a();\n    ‸ 0.8);\n});\n';
    assert.equal(await fault('a.js', crossed, 'a.set(b,'), 'syntax');
    assert.equal(await fault('a.js', crossed, 'a.set(b)\n  },'), undefined);
  });

  it('is that it repeats a line more often than the lines around do', async () => {
    const place = 'const known = [];\nknown.push(1);\n‸\nsend(known);\n';
    assert.equal(await fault('a.ts', place, 'known.push(1);'), 'repeats');
    assert.equal(await fault('a.ts', place, 'send(known);'), 'repeats');
    assert.equal(await fault('a.ts', place, 'add();\nadd();'), 'repeats');
    assert.equal(await fault('a.ts', place, 'known.push(2);'), undefined);
    assert.equal(await fault('a.ts', `up();\nup();\n\n${place}`, 'add();\nadd();'), undefined);
    assert.equal(await fault('a.ts', '[\n  ‸\n];\n', '0,\n  0,\n  0,'), undefined);
  });

  it('is that it begins or ends within a word', async () => {
    const text = 'const customer = 1;\nsend(customer‸);\n';
    assert.equal(await fault('a.ts', text, 'Value'), 'inside-word');
    assert.equal(await fault('a.ts', text, '.value'), undefined);
    assert.equal(await fault('a.ts', `customerName = 2;\n${text}`, 'Name'), undefined);
    assert.equal(await fault('a.ts', "import ‸from './a.js';\n", 'App'), 'inside-word');
    assert.equal(await fault('a.ts', "import ‸from './a.js';\n", 'App '), undefined);
    const inWord = 'const customerEmail = 1;\nsend(custo‸Email);\n';
    assert.equal(await fault('a.ts', inWord, 'mer'), undefined);
    assert.equal(await fault('a.ts', inWord, 'mer, a'), 'inside-word');
    assert.equal(await fault('a.ts', inWord, 'm, customer, customer'), 'inside-word');
    const end = 'Not equal: `!=`\nNot ‸qual|`!=`\n';
    assert.equal(await fault('a.md', end, 'equal: `!='), 'inside-word');
    assert.equal(await fault('a.md', end, 'e'), undefined);
    const split = 'const response = 1;\nt.de‸e);\nt.deepEqual(1);\n';
    assert.equal(await fault('a.ts', split, 'epEqual(respons'), undefined);
    // The end of a word that stands elsewhere, and prose, which may have any word.
    assert.equal(
      await fault('a.ts', 'const customerEmail = 1;\nsend(‸Email);\n', 'shopEmail, shop'),
      undefined,
    );
    assert.equal(await fault('a.ts', '// all of the ‸erty\n', 'prop'), undefined);
  });

  it('is nothing where a piece of a word was selected', async () => {
    assert.equal(await fault('a.ts', 'const customer = 1;\nsend(customer‸);\n', 'Id', 'Name'), undefined);
  });
});
