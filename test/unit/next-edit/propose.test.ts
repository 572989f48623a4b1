import assert from 'node:assert/strict';
import type { RuleName } from '../../../src/next-edit/edit';
import { isSound, proposalsFor } from '../../../src/next-edit/propose';
import { treeOf } from '../../support/syntax';

/** Changes as they are drawn: `«before→after»`; the first without `2:` is what the user did, the others are what follows. */
interface Drawn {
  readonly rule: RuleName | undefined;
  readonly path: string;
  readonly drawn: string;
}

const CASES: readonly Drawn[] = [
  // Renames
  {
    rule: 'rename',
    path: 'a.ts',
    drawn: 'function f(«count→total»: number) {\n  return «count→total» + counts;\n}\nconst count = 1;\n',
  },
  { rule: 'rename', path: 'a.js', drawn: 'const «a1→b1» = 2;\nf({ «a1→a1: b1» });\ng.a1;\nh("a1"); // a1\n' },
  { rule: 'rename', path: 'a.ts', drawn: 'let «x→y» = 1;\nconst f = (x) => x + 1;\nf(«x→y»);\n' },
  {
    rule: 'rename',
    path: 'a.js',
    drawn:
      '/**\n * @param {number} «2:count→total»\n */\nfunction f(«count→total») {\n  return «count→total»;\n}\n',
  },
  {
    rule: 'rename',
    path: 'a.ts',
    drawn:
      'class A {\n  «size1→size2» = 1;\n  f(size1: A) {\n    return this.«size1→size2» + size1;\n  }\n}\nnew A().«size1→size2»;\n',
  },
  {
    rule: 'rename',
    path: 'a.ts',
    drawn:
      'class A {\n  constructor(private «log→out»: Log) {}\n  f() {\n    this.«log→out»();\n  }\n}\nclass B { log = 1; }\nnew B().log;\n',
  },
  {
    rule: 'rename',
    path: 'a.ts',
    drawn:
      'interface A {\n  «wide→broad»: number;\n}\nfunction f(a: A): A {\n  return { «wide→broad»: a.«wide→broad» };\n}\n',
  },
  {
    rule: 'rename',
    path: 'a.ts',
    drawn: 'class A {\n  #«one→two» = 1;\n  f() {\n    return this.#«one→two»;\n  }\n}\n',
  },
  {
    rule: 'rename',
    path: 'a.py',
    drawn: 'def f(«rows→lines», x):\n    for row in «rows→lines»:\n        print(row, x.rows)\n\nrows = 1\n',
  },
  {
    rule: 'rename',
    path: 'a.py',
    drawn:
      'def f():\n    «total→amount» = 1\n    if a:\n        «total→amount» = 2\n    return «total→amount»\n',
  },
  {
    rule: 'rename',
    path: 'a.go',
    drawn: 'package a\n\nfunc f() int {\n\t«n→count» := 1\n\treturn «n→count» + 1\n}\n',
  },
  { rule: 'rename', path: 'a.rs', drawn: 'fn f(«n→count»: i32) -> i32 {\n    «n→count» + 1\n}\n' },
  {
    rule: 'rename',
    path: 'A.java',
    drawn:
      'class A {\n  private int «size→length»;\n  int f() {\n    return «size→length» + this.«size→length»;\n  }\n  int g(int size) {\n    return size;\n  }\n}\n',
  },
  { rule: 'rename', path: 'a.c', drawn: 'int f(int «n→count») {\n  return «n→count» + 1;\n}\n' },
  {
    rule: 'rename',
    path: 'a.ts',
    drawn: 'class A {\n  #«one→two» = 1;\n  get one() {\n    return this.#«one→two»;\n  }\n}\nnew A().one;\n',
  },
  {
    rule: 'rename',
    path: 'a.py',
    drawn: 'def f(«words→tokens»: list[str], n: int = 1):\n    return g(«words→tokens», n, words=1)\n',
  },
  {
    rule: 'rename',
    path: 'a.ts',
    drawn: "import { type «Slot→Place», b } from './a';\nconst a: «Slot→Place» = b.Slot;\n",
  },
  { rule: 'rename', path: 'a.ts', drawn: "import { a as «b→c» } from './a';\nf(«b→c», a);\n" },
  { rule: 'rename', path: 'a.ts', drawn: "import * as «b→c» from './a';\nf(«b→c».b);\n" },
  {
    rule: 'rename',
    path: 'a.py',
    drawn: 'from pathlib import «Path→PurePath»\n\ndef f(p):\n    return «Path→PurePath»(p).Path\n',
  },
  // In markup a script has a tree of its own
  {
    rule: 'rename',
    path: 'a.html',
    drawn:
      '<p id="count">count</p>\n<script>\nfunction f(«count→total») {\n  return «count→total» + 1;\n}\nconst count = 2;\n</script>\n',
  },
  {
    rule: 'rename',
    path: 'a.vue',
    drawn:
      '<template><p :class="size">{{ a }}</p></template>\n<script lang="ts">\nclass A {\n  «size→width»: number = 1;\n  f(size: number): number {\n    return this.«size→width» + size;\n  }\n}\n</script>\n',
  },
  {
    rule: 'branches',
    path: 'a.svelte',
    drawn: '<script>\n  if («→!»a) «{ f(); } else { g(); }→{ g(); } else { f(); }»\n</script>\n<p>{a}</p>\n',
  },
  {
    rule: 'arguments',
    path: 'a.vue',
    drawn:
      '<script>\nfunction f(a«→, depth») {}\nfunction g(a, depth) {\n  f(a«→, depth»);\n}\n</script>\n<template><p /></template>\n',
  },
  {
    rule: undefined,
    path: 'a.html',
    drawn: '<script>\nconst a1 = 1;\nf(«a1→b1»);\n</script>\n<script>\ng(a1);\n</script>\n',
  },
  // Types
  {
    rule: 'type',
    path: 'a.ts',
    drawn:
      'function f(id: «string→number»): string {\n  return g(id);\n}\nfunction g(id: «string→number», name: string) {}\n',
  },
  {
    rule: 'type',
    path: 'A.java',
    drawn: 'class A {\n  void f(«int→long» id, int n) {}\n  void g(«int→long» id) {}\n}\n',
  },
  // Strings
  {
    rule: 'string',
    path: 'a.js',
    drawn: "on('«page→sheet»-turn', f);\nemit('«page→sheet»-turn');\nlog('page-turns');\n",
  },
  {
    rule: 'string',
    path: 'a.py',
    drawn: 'a = os.environ["«HOME→BASE»_DIR"]\nb = os.environ["«HOME→BASE»_DIR"]\n',
  },
  // Parallel lines
  {
    rule: 'parallel lines',
    path: 'a.ts',
    drawn: 'a.b = p.b «||→??» 1;\na.c = p.c «||→??» 2;\na.d = p.d «||→??» 3;\n\nx = y || 1;\n',
  },
  {
    rule: 'parallel lines',
    path: 'a.js',
    drawn: "log.«warn→error»('a', one);\nlog.«warn→error»('b', two);\nlog.«warn→error»('c', three);\n",
  },
  // Arguments
  {
    rule: 'arguments',
    path: 'a.ts',
    drawn: 'function f(a: A«→, depth: number») {}\nfunction g(a: A, depth: number) {\n  f(a«→, depth»);\n}\n',
  },
  { rule: 'arguments', path: 'a.py', drawn: 'def f(a«, b→»):\n    pass\n\nf(1«, 2→»)\nf(3«, 4→»)\n' },
  // Branches
  {
    rule: 'branches',
    path: 'a.js',
    drawn: 'if («→!»ready) «{\n  a();\n} else {\n  b();\n}→{\n  b();\n} else {\n  a();\n}»\n',
  },
  {
    rule: 'branches',
    path: 'a.py',
    drawn: 'if «→not »ready:\n    «a()\nelse:\n    b()→b()\nelse:\n    a()»\n',
  },
  // Nothing follows
  { rule: undefined, path: 'a.ts', drawn: 'const a1 = 1;\nconst b1 = 2;\nf(«a1→b1»);\ng(a1);\n' },
  {
    rule: undefined,
    path: 'a.ts',
    drawn: "if (typeof a === '«string→number»') f();\nif (typeof b !== 'string') g(String(b));\n",
  },
  { rule: undefined, path: 'a.ts', drawn: 'function f(a: A«→, depth = 1») {}\nf(a);\n' },
  { rule: undefined, path: 'a.ts', drawn: 'function f(a: A«→, depth: number») {}\nf(a);\n' },
  { rule: undefined, path: 'a.js', drawn: 'if («→!»ready) {\n  a();\n}\n' },
  {
    rule: undefined,
    path: 'a.js',
    drawn: "import { a } from '«x→y»';\nimport { b } from 'z';\nimport { c } from 'z';\n",
  },
  { rule: undefined, path: 'a.ts', drawn: 'const a = «null→0»;\nconst b = null;\nconst c = null;\n' },
  { rule: undefined, path: 'a.js', drawn: 'f(«1→2»);\ng(1);\n' },
  {
    rule: undefined,
    path: 'a.ts',
    drawn: "import { a as b } from './a';\nimport { «c→d» as e } from './c';\nf(c, e);\n",
  },
  { rule: undefined, path: 'a.js', drawn: "f(«→'a'»);\nf('a');\nf('');\n" },
];

/** Proposals in what is drawn: the text with the first change made, that change, and the others. */
function read(drawn: string): { text: string; start: number; end: number; before: string; follows: string } {
  const parts = [...drawn.matchAll(/«(2:)?([^→»]*)→([^»]*)»/g)];
  const first = parts.find(([, mark]) => mark === undefined)!;
  let text = '';
  let follows = '';
  let at = 0;
  let start = 0;
  for (const part of parts) {
    const [whole, , before, after] = part;
    const between = drawn.slice(at, part.index);
    text += between;
    follows += between;
    if (part === first) start = text.length;
    text += part === first ? after! : before!;
    follows += after!;
    at = part.index + whole.length;
  }
  const [, , before, after] = first;
  return {
    text: text + drawn.slice(at),
    start,
    end: start + after!.length,
    before: before!,
    follows: follows + drawn.slice(at),
  };
}

describe('what an edit calls for', () => {
  for (const { rule, path, drawn } of CASES) {
    it(`${rule ?? 'nothing'}: ${path} ${JSON.stringify(drawn)}`, async () => {
      const { text, follows, ...edit } = read(drawn);
      using tree = (await treeOf(path, text))!;
      const proposals = await proposalsFor(tree, [edit]);
      if (rule === undefined) {
        assert.deepEqual(proposals, []);
        return;
      }
      assert.deepEqual([...new Set(proposals.map((proposal) => proposal.rule))], [rule]);
      const changed = proposals
        .toSorted((a, b) => b.start - a.start)
        .reduce((whole, { start, end, text: put }) => whole.slice(0, start) + put + whole.slice(end), text);
      assert.equal(changed, follows);
      for (const proposal of proposals) assert.ok(await isSound(tree, proposal));
    });
  }

  it('first comes what is behind the edit, then what is before it', async () => {
    const text = 'f(a);\nfunction f(b) {}\nconst g = 1;\nf(g);\n';
    using tree = (await treeOf('a.js', text.replace('function f', 'function h')))!;
    const proposals = await proposalsFor(tree, [{ start: 15, end: 16, before: 'f' }]);
    assert.deepEqual(
      proposals.map(({ start }) => start),
      [36, 0],
    );
  });

  it('what was changed twice alike is proposed wherever else it stands', async () => {
    const text = 'a(«one.x→two.y», 1);\nb(one.x, 2);\nc(«one.x→two.y»);\nd(one.x);\n';
    const now = text.replaceAll(/«[^→]*→([^»]*)»/g, '$1');
    using tree = (await treeOf('a.js', now))!;
    const edits = [2, now.indexOf('c(') + 2].map((start) => ({ start, end: start + 5, before: 'one.x' }));
    assert.deepEqual(await proposalsFor(tree, edits.slice(0, 1)), []);
    const proposals = await proposalsFor(tree, edits);
    assert.deepEqual(
      proposals.map(({ start, text: put, rule }) => [now.slice(start, start + 5), put, rule]),
      [
        ['one.x', 'two.y', 'repeated'],
        ['one.x', 'two.y', 'repeated'],
      ],
    );
  });

  it('nothing brings back what was just changed', async () => {
    // Renamed there and back: what the first renaming calls for is no longer true, and the second undoes it.
    using tree = (await treeOf('a.js', 'const a1 = 1;\nf(b1);\n'))!;
    const there = { start: 16, end: 18, before: 'a1' };
    const back = { start: 6, end: 8, before: 'b1' };
    assert.deepEqual(await proposalsFor(tree, [there, back]), []);
  });

  it('other places of a member are those that a language service knows, where the tree cannot tell', async () => {
    const text =
      'class A {\n  total = 1;\n}\nclass B {\n  count = 2;\n}\nf(new A().count, new B().count); // count\n';
    using tree = (await treeOf('a.ts', text))!;
    const edits = [{ start: text.indexOf('total'), end: text.indexOf('total') + 5, before: 'count' }];
    const known = [text.indexOf('.count') + 1, text.lastIndexOf('count')];
    assert.deepEqual(await proposalsFor(tree, edits), []);
    const asked: number[] = [];
    const proposals = await proposalsFor(tree, edits, (start) => {
      asked.push(start);
      return known;
    });
    assert.deepEqual(asked, [edits[0]!.start]);
    // No comment is a reference, whoever says so.
    assert.deepEqual(proposals, [{ start: known[0], end: known[0]! + 5, text: 'total', rule: 'rename' }]);
  });

  it('no place is named by a language service where the new name already means something', async () => {
    const text = 'class A {\n  total = 1;\n}\nclass B {\n  count = 2;\n}\nf(new A().count, total);\n';
    using tree = (await treeOf('a.ts', text))!;
    const edits = [{ start: text.indexOf('total'), end: text.indexOf('total') + 5, before: 'count' }];
    assert.deepEqual(await proposalsFor(tree, edits, () => [text.lastIndexOf('count')]), []);
  });

  it('what would be read worse is not sound', async () => {
    using tree = (await treeOf('a.js', 'f(a);\n'))!;
    assert.equal(await isSound(tree, { start: 3, end: 4, text: '', rule: 'repeated' }), false);
    assert.equal(await isSound(tree, { start: 2, end: 3, text: 'b', rule: 'repeated' }), true);
    using page = (await treeOf('a.html', '<script>\nf(a);\n</script>\n'))!;
    assert.equal(await isSound(page, { start: 12, end: 13, text: '', rule: 'repeated' }), false);
    assert.equal(await isSound(page, { start: 11, end: 12, text: 'b', rule: 'repeated' }), true);
  });
});
