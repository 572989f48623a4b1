import assert from 'node:assert/strict';
import { blockAt } from '../../../src/syntax/blocks';
import { functionAt } from '../../../src/syntax/functions';
import type { TextRange } from '../../../src/syntax/syntax-tree';
import { cutAtCursor, treeOf } from '../../support/syntax';

type Find = 'body' | 'whole' | 'block';

/** Looks for the function at `‸`. */
async function found(path: string, drawn: string, what: Find): Promise<string | undefined> {
  const [before, after] = cutAtCursor(drawn);
  using tree = (await treeOf(path, before + after))!;
  const range: TextRange | undefined =
    what === 'block' ? blockAt(tree, before.length) : functionAt(tree, before.length)?.[what];
  return range && (before + after).slice(range.start, range.end);
}

describe('functions', () => {
  const bodies: readonly (readonly [path: string, drawn: string, body: string])[] = [
    ['a.ps1', 'function Get-A {\n  param(\n    [string]$B = "c"\n  )\n  ‸Write-Host $B\n}', 'Write-Host $B'],
    ['a.cs', 'class A {\n  int B {\n    get {\n      ‸return c;\n    }\n  }\n}', 'return c;'],
    ['a.js', 'function f(a) {\n  retu‸rn a;\n}', 'return a;'],
    ['a.js', 'f‸unction f(a) {\n  return a;\n}', 'return a;'],
    [
      'a.tsx',
      'ex‸port function Price({\n  amount,\n  currency,\n}: {\n  amount: number;\n}) {\n  const a = 1;\n  return <p>{a}</p>;\n}',
      'const a = 1;\n  return <p>{a}</p>;',
    ],
    [
      'a.jsx',
      'con‸st Price = ({\n  amount,\n  currency = {},\n}) => {\n  return amount;\n};',
      'return amount;',
    ],
    [
      'a.ts',
      'class A {\n  @b({\n    c: 1,\n  })\n  async f(a = { b: 1 }): Promise<{\n    c: number;\n  }> {\n    ‸return d;\n  }\n}',
      'return d;',
    ],
    ['a.ts', 'const a = {\n  get b() {\n    return ‸c;\n  },\n};', 'return c;'],
    ['a.ts', 'function f() {\n  return a.map((b) => b‸.c);\n}', 'return a.map((b) => b.c);'],
    ['a.ts', 'function f() {\n  a.forEach((b) => {\n    b.c‸();\n  });\n}', 'b.c();'],
    ['a.py', 'def f(a,\n        b):\n    ret‸urn a', 'return a'],
    [
      'a.py',
      '@a.route("/x", methods=[\n    "GET",\n])\nasync def f(\n    a: int = 1,\n) -> dict[\n    str, int\n]:\n    b = a\n    return ‸b\n',
      'b = a\n    return b',
    ],
    [
      'a.py',
      'class A:\n    def f(self):\n        """B."""\n        re‸turn 1\n',
      '"""B."""\n        return 1',
    ],
    [
      'a.rs',
      'fn largest<T>(items: &[T]) -> T\nwhere\n    T: PartialOrd + Copy,\n{\n    let mut best = items[0];\n    be‸st\n}',
      'let mut best = items[0];\n    best',
    ],
    ['a.rs', 'impl A {\n    #[b]\n    pub fn f(&self) {\n        self.g‸(|a| a)\n    }\n}', 'self.g(|a| a)'],
    [
      'a.go',
      'package a\n\nfunc (s *S) f(\n\ta int,\n) (b int, err error) {\n\treturn ‸a, nil\n}',
      'return a, nil',
    ],
    ['a.go', 'package a\n\nfunc f() {\n\tgo func() {\n\t\ta‸()\n\t}()\n}', 'a()'],
    [
      'a.java',
      'class A {\n  @Override\n  public int foo(int a)\n  {\n    return ‸a + 1;\n  }\n}',
      'return a + 1;',
    ],
    [
      'a.cpp',
      'template <typename T,\n          typename U>\nauto f(const T &a) -> decltype(a)\n{\n  return ‸a;\n}',
      'return a;',
    ],
    ['a.cpp', 'A::A(int a)\n    : b(a),\n      c{}\n{\n  d‸();\n}', 'd();'],
    ['a.c', 'static int\nf(int a,\n  int b)\n{\n  return ‸a;\n}', 'return a;'],
    [
      'a.cs',
      'class A {\n  [B]\n  async Task F<T>(int a)\n    where T : B\n  {\n    await ‸a;\n  }\n}',
      'await a;',
    ],
    ['a.rb', 'def foo(a,\n        b: 1)\n  a ‸+ 1\nend', 'a + 1'],
    ['a.lua', 'local function foo(a)\n  return ‸a + 1\nend', 'return a + 1'],
    ['a.sh', 'run() {\n  echo ‸"$1"\n}', 'echo "$1"'],
    ['a.php', '<?php\nfunction f(\n  ?int $a = null,\n): int {\n  return ‸$a;\n}', 'return $a;'],
    ['a.kt', 'suspend fun f(\n  a: Int = 1,\n): Int {\n  return ‸a\n}', 'return a'],
    ['a.swift', 'func f(\n  _ a: Int = 1\n) -> Int {\n  return ‸a\n}', 'return a'],
    ['a.ts', 'function f() {‸}\n', ''],
  ];
  for (const [path, drawn, body] of bodies) {
    it(`have a body: ${path}: ${JSON.stringify(drawn)}`, async () =>
      assert.equal(await found(path, drawn, 'body'), body));
  }

  it('are whole with decorators, export and name', async () => {
    assert.equal(
      await found('a.ts', 'a;\nexport const f = () => {\n  ‸b();\n};\nc;', 'whole'),
      'export const f = () => {\n  b();\n};',
    );
    assert.equal(await found('a.py', 'a\n@b\ndef f():\n    ‸c\n', 'whole'), '@b\ndef f():\n    c');
    assert.equal(
      await found('a.ts', 'class A {\n  @b\n  f() {\n    ‸c();\n  }\n}', 'whole'),
      '@b\n  f() {\n    c();\n  }',
    );
    assert.equal(await found('a.rs', '#[a]\nfn f() {\n    ‸b();\n}', 'whole'), '#[a]\nfn f() {\n    b();\n}');
  });

  it('are expressions too, without the mark in front', async () => {
    assert.equal(await found('a.cs', 'class A {\n  int F(int a) =>\n    a +‸ 1;\n}', 'body'), 'a + 1');
    assert.equal(await found('a.kt', 'fun f(a: Int) =\n    a +‸ 1', 'body'), 'a + 1');
    assert.equal(await found('a.ts', 'const f = (a) =>\n  a +‸ 1;', 'body'), 'a + 1');
  });

  it('are nowhere else', async () => {
    assert.equal(await found('a.ts', 'const a‸ = 1;\nfunction f() {}\n', 'body'), undefined);
    assert.equal(await found('a.css', '.a {\n  color‸: red;\n}', 'body'), undefined);
  });
});

describe('blocks', () => {
  it('are the smallest ones of several lines', async () => {
    assert.equal(
      await found('a.ts', 'function f() {\n  if (a) {\n    b‸();\n  }\n  c();\n}', 'block'),
      'if (a) {\n    b();\n  }',
    );
    assert.equal(
      await found('a.py', 'def f():\n    for a in b:\n        c(‸a)\n    return 1\n', 'block'),
      'for a in b:\n        c(a)',
    );
    assert.equal(
      await found('a.jsx', 'const a = (\n  <ul>\n    <li>‸b</li>\n  </ul>\n);', 'block'),
      '<ul>\n    <li>b</li>\n  </ul>',
    );
    assert.equal(await found('a.ts', 'a();\nb‸();\n', 'block'), undefined);
  });
});
