import assert from 'node:assert/strict';
import { emptyBodyAt } from '../../../../src/editor/document/empty-body';
import { commentOnLine } from '../../../../src/syntax/comments';
import { treeAround } from '../../../../src/syntax/embedded';
import { headEndsOn } from '../../../../src/syntax/functions';
import { treeOf } from '../../../support/syntax';

/** The drawing's `‸` is the cursor; what comes back has `▁` for the hole. */
async function filled(path: string, drawing: string): Promise<string | undefined> {
  const lines = drawing.split('\n');
  const cursor = lines.findIndex((line) => line.includes('‸'));
  const plain = lines.map((line) => line.replace('‸', ''));
  using tree = (await treeOf(path, plain.join('\n')))!;
  const at = drawing.indexOf('‸');
  using inner = await treeAround(tree, { start: at, end: at });
  const place = emptyBodyAt(plain, cursor, '  ', {
    commentOn: (line) => commentOnLine(inner, line),
    headEndsOn: (line) => headEndsOn(inner, line),
  });
  if (!place) return undefined;
  const { line, character, before, after } = place;
  const text = plain[line]!;
  plain[line] = `${text.slice(0, character)}${before}▁${after}${text.slice(character)}`;
  return plain.join('\n');
}

describe('emptyBodyAt', () => {
  const cases: readonly (readonly [name: string, path: string, before: string, after: string])[] = [
    ['a line below a comment at the end', 'a.ts', '// adds‸', '// adds\n▁'],
    ['the blank line below a comment', 'a.py', 'if a:\n  # adds‸\n\nnext', 'if a:\n  # adds\n  ▁\nnext'],
    ['the blank line the cursor is on', 'a.ts', '  // adds\n  ‸\nnext', '  // adds\n  ▁\nnext'],
    [
      'below all lines of a comment',
      'a.ts',
      '/** Adds. ‸\n * Really.\n */',
      '/** Adds. \n * Really.\n */\n▁',
    ],
    ['below a comment it is in the midst of', 'a.ts', '// a\n// b‸\n// c\nd();', '// a\n// b\n// c\n▁\nd();'],
    ['the body of the function described', 'a.ts', '// adds‸\nadd() {\n}', '// adds\nadd() {\n  ▁\n}'],
    ['a body that ends with a word', 'a.rb', '# adds‸\ndef add(a)\nend', '# adds\ndef add(a)\n  ▁\nend'],
    ['a head that ends with a word', 'a.lua', 'function add(a)‸\nend', 'function add(a)\n  ▁\nend'],
    [
      'braces on lines of their own',
      'a.c',
      '// adds‸\nint add(int a)\n{\n}',
      '// adds\nint add(int a)\n{\n  ▁\n}',
    ],
    ['between braces', 'a.ts', 'add() {‸}', 'add() {\n  ▁\n}'],
    ['between lines of braces', 'a.ts', '  add() {‸\n  }', '  add() {\n    ▁\n  }'],
    ['the blank line in a body', 'a.ts', 'add() {\n‸\n}', 'add() {\n  ▁\n}'],
    ['below a colon', 'a.py', 'def add():‸\n\nadd()', 'def add():\n  ▁\nadd()'],
    [
      'below a head of several lines',
      'a.py',
      'def add(\n  a,\n):‸\n\nadd()',
      'def add(\n  a,\n):\n  ▁\nadd()',
    ],
    ['below a comment in front of other code', 'a.ts', '  // adds‸\n  b();', '  // adds\n  ▁\n  b();'],
    ['below a docstring', 'a.py', 'def a():\n  """A‸."""\n', 'def a():\n  """A."""\n  ▁'],
    [
      'below a long docstring',
      'a.py',
      'def a():\n  """A.\n\n  B‸.\n  """\n',
      'def a():\n  """A.\n\n  B.\n  """\n  ▁',
    ],
    ['below a comment of JSX', 'a.jsx', '<a>\n  {/* b */}‸\n</a>', '<a>\n  {/* b */}\n  ▁\n</a>'],
    ['below a comment of HTML', 'a.html', '<a>\n  <!-- b‸ -->\n</a>', '<a>\n  <!-- b -->\n  ▁\n</a>'],
    [
      'below one of Rust',
      'a.rs',
      '/// Adds.‸\n/// Really.\nfn a() {\n}',
      '/// Adds.\n/// Really.\nfn a() {\n  ▁\n}',
    ],
    [
      'below one of Go',
      'a.go',
      '// Max is the larger.‸\nfunc Max(a, b int) int {\n}',
      '// Max is the larger.\nfunc Max(a, b int) int {\n  ▁\n}',
    ],
    ['below one of Lua', 'a.lua', '--[[ adds\n  up‸ ]]\n', '--[[ adds\n  up ]]\n▁'],
    ['below one of Ruby', 'a.rb', 'def a\n  # adds‸\n  b\nend', 'def a\n  # adds\n  ▁\n  b\nend'],
    ...[
      ['Rust', 'a.rs', '/// Adds.\n#[inline]\nfn f(\n  a: u8,\n) {\n  ▁\n}'],
      ['Java', 'a.java', 'class A {\n  /** Adds. */\n  @Override\n  int f() {\n    ▁\n  }\n}'],
      ['C', 'a.c', '// adds.\nint add(int a,\n        int b)\n{\n  ▁\n}'],
      ['C++', 'a.cpp', '/// Adds.\ntemplate <typename T>\nT add(T a) {\n  ▁\n}'],
      ['TypeScript', 'a.ts', '// Adds.\nexport function add(\n  a: number,\n): number {\n  ▁\n}'],
      ['a class', 'a.ts', 'class B {\n  // adds.\n  @c()\n  d() {\n    ▁\n  }\n}'],
      ['Python', 'a.py', '# Adds.\n@cache\ndef f(\n  a,\n):\n  ▁'],
    ].map(
      ([name, path, after]) =>
        [
          `the body behind a long head of ${name}`,
          path!,
          after!.replace(/\n *▁(?=\n|$)/, '').replace('dds.', 'dds‸.'),
          after!,
        ] as const,
    ),
    [
      'in a script of Vue',
      'a.vue',
      '<script>\n// a‸\nf() {\n}\n</script>',
      '<script>\n// a\nf() {\n  ▁\n}\n</script>',
    ],
    ['in a style sheet', 'a.html', '<style>\n/* a‸ */\n\n</style>', '<style>\n/* a */\n▁\n</style>'],
    [
      'in a script of Svelte',
      'a.svelte',
      '<script>\n  // a‸\n  b();\n</script>',
      '<script>\n  // a\n  ▁\n  b();\n</script>',
    ],
    ['in a rule of CSS', 'a.css', '#main {‸\n}', '#main {\n  ▁\n}'],
    ['in a rule of CSS for all', 'a.css', '* {‸\n}', '* {\n  ▁\n}'],
  ];
  for (const [name, path, before, after] of cases)
    it(`is ${name}`, async () => assert.equal(await filled(path, before), after));

  it('is nowhere else', async () => {
    assert.equal(await filled('a.ts', 'a‸();'), undefined);
    assert.equal(await filled('a.ts', 'a();\n‸\nb();'), undefined);
    assert.equal(await filled('a.ts', 'add() {‸\n  return 1;\n}'), undefined);
    assert.equal(await filled('a.ts', 'a *‸ b;'), undefined);
    assert.equal(await filled('a.sh', '#!/bin/sh‸\necho\n'), undefined);
    assert.equal(await filled('a.py', 'a = """b‸"""\n'), undefined);
    assert.equal(await filled('a.css', '#main‸ > a { color: grey; }'), undefined);
  });
});
