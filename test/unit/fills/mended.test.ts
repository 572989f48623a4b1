import assert from 'node:assert/strict';
import type { Fault } from '../../../src/fills/faults';
import { mendedFills } from '../../../src/fills/mended';

function mends(fill: string, suffix = '\n', prefix = '', fault: Fault = 'syntax'): string[] {
  const holes = { texts: [prefix, suffix], replaced: [''] };
  return [...mendedFills([fill], holes, fault)].map(([text]) => text!);
}

describe('a fill that is mended', () => {
  it('is without stray brackets first, then with those closed that are open, then cut', () => {
    assert.deepEqual(mends('a);'), ['a)', 'a']);
    const cut = ['f(a +', 'f(a +)', 'f(a +);', 'f(a', 'f(a)', 'f(a);'];
    assert.deepEqual(mends('f(a + b'), ['f(a + b)', 'f(a + b);', 'f(a + b,', 'f(a + b;', ...cut]);
  });

  it('keeps half of what the model wrote at least, and says something', () => {
    assert.ok(!mends('abc def').includes('ab'));
    assert.deepEqual(mends('a = longer'), ['a = longer,', 'a = longer;']);
    assert.deepEqual(mends('(('), []);
  });

  it('keeps blanks before text that follows', () => {
    assert.ok(mends('a b)', 'c').includes('a b'));
    assert.ok(mends('aa (', 'c').includes('aa '));
  });

  it('ends the string that the line has begun', () => {
    assert.ok(mends('b`,', '\n', "f('a").includes("b',"));
    assert.ok(mends('b', '\n', 'f("it\'s a').includes('b"'));
    assert.ok(!mends('b', '\n', "f('a'").some((text) => text.includes("'")));
  });

  it('ends the string of several lines that the text has begun, and what else it leaves open', () => {
    assert.ok(mends('Adds.', '\n', 'def f():\n  """').includes('Adds."""'));
    assert.ok(mends('Adds.', '\n', 'def f():\n  """A.\n  ').includes('Adds.\n  """'));
    assert.ok(mends('a();\n};', '\n', '(function () {').includes('a();\n});'));
  });

  it('closes all that stands open around it, as blocks are closed, where nothing behind does', () => {
    const nested = 'function f() {\n  if (a) {\n    b();\n  ';
    assert.ok(mends('}', '\n\ng();\n', nested).includes('}\n}'));
    const called = '(function () {\n  a();\n';
    assert.ok(mends('};', '\n\ng();\n', called).includes('});'));
    const argument = 'f(() => {\n  g(() => {\n    a();\n    ';
    assert.ok(mends('a.set(b,', ' 0.8);\n});\n', argument).includes('a.set(b)\n  },'));
    const branches = 'if (a) {\n  if (b) {\n    c();\n  ';
    assert.ok(mends('} else {', '\n  d();\n}\n', branches).includes('}\n} else {'));
    assert.ok(mends(' }\n ', '\n\ng();\n', nested).every((text) => text.trim() !== ''));
  });

  it('has the head of a function, and marks once', () => {
    assert.ok(mends('const A = {', '\n  this.a = 1;\n}\n').includes('const A = function () {'));
    assert.ok(mends("test('a', => {").includes("test('a', () => {"));
    assert.ok(mends('assert!!(a);').includes('assert!(a);'));
  });

  it('opens what is closed behind it around what it leaves open itself', () => {
    const found = mends('const f = () => {', '\n  b();\n});\n', '', 'syntax');
    assert.ok(found.includes('const f = (() => {'), found.join('\n'));
    assert.ok(
      !mends('const f = () => {', '\n  b();\n};\n', '', 'syntax').some((text) => text.includes('((')),
    );
  });

  it('says once what it repeats', () => {
    assert.deepEqual(mends('go/go/go/go/go', '\n', '', 'repeats'), ['go']);
    assert.deepEqual(mends('go', '\n', '', 'repeats'), []);
  });

  it('is what is missing of a word that the text has, where the cursor is within one', () => {
    const found = mends('x.y', 'Email);\nconst customerEmail = 1;\n', 'send(custo', 'inside-word');
    assert.deepEqual(found, ['mer']);
    assert.deepEqual(mends('x', ' Email', 'custo', 'inside-word'), []);
    const long = 'fig(a);\nsocket_rocket_config = 1\n';
    assert.deepEqual(mends('elf.set_con', long, 'def s', 'inside-word'), [], 'four letters are no sign');
    assert.deepEqual(mends('equal: `!=', 'qual|`!=`\n', 'Not ', 'inside-word'), ['e']);
  });

  it('is one hole after the other', () => {
    const found = [...mendedFills(['a)', 'b]'], { texts: ['', '\n', '\n'], replaced: ['', ''] }, 'syntax')];
    assert.deepEqual(found[0], ['a', 'b]']);
    assert.ok(found.some(([first, second]) => first === 'a)' && second === 'b'));
  });
});
