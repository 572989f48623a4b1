import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { damageOf, damageWith } from '../../../src/syntax/damage';
import { GRAMMARS, grammarOf } from '../../../src/syntax/languages';
import { namesIn } from '../../../src/syntax/names';
import { treeOf } from '../../support/syntax';

const ROOT = join(import.meta.dirname, '../../..');

/** A little of each language, right, and what can stand nowhere in it. */
const SAMPLES: Readonly<Record<string, readonly [text: string, wrong: string]>> = {
  sh: ['if [ -f "$1" ]; then\n  cat <<EOF\n$1)\nEOF\nfi\n', ')'],
  c: ["static int f(const char *a)\n{\n  return a[0] == '(';\n}\n", '}'],
  cs: ['class A { string F(int a) => $"{a})"; }\n', '}'],
  cpp: ['template <typename T>\nclass A { T a(); };\n', '}'],
  css: ['@media (min-width: 1px) { .a > b { color: #ffffff; } }\n', '}'],
  go: ['package a\n\nfunc f(a, b int) error {\n\treturn nil\n}\n', '}'],
  html: ['<!doctype html>\n<ul>\n  <li>a\n  <li>b\n</ul>\n', '</ul>'],
  java: ['class A<T> {\n  @Override\n  int f(int a) { return a; }\n}\n', '}'],
  js: ['const f = async ({ a = 1, ...b }) => <p>{a})</p>;\n', '}'],
  json: ['{ "a": [1, 2, null] }\n', '}'],
  kt: ['data class A(val b: Int = 1) {\n  fun f() = listOf(b).map { it + 1 }\n}\n', '}'],
  lua: ['for i = 1, 10 do\n  print([[)]])\nend\n', 'end'],
  php: ['<?php\nfunction f(?string $a): int { return 1; }\n', '}'],
  ps1: ['function F {\n  param($a)\n  if ($a) { "b" }\n}\n', '}'],
  py: ['def f(a, *, b=1):\n    """Adds."""\n    return [c for c in a if c]\n', ')'],
  rb: ['def a(b)\n  b.each { |c| puts "#{c})" }\nend\n', '}'],
  rs: ["impl<'a> Iterator for A<'a> {\n    type Item = &'a str;\n}\n", '}'],
  svelte: ['<script>\n  let a = 1;\n</script>\n{#if a}<p>{a}</p>{/if}\n', '</p>'],
  swift: ['struct A { func f(_ a: Int) -> Int { a } }\n', '}'],
  toml: ['a = 1\n[b]\nc = { d = "e" }\n', ']'],
  tsx: ['export function A({ b }: { b: string }) {\n  return <p>{b}</p>;\n}\n', '}'],
  ts: ['abstract class A<T extends B> { constructor(private readonly a: T) { super(); } }\n', '}'],
  vue: ['<template>\n  <p v-if="a">{{ a }}</p>\n</template>\n', '</p>'],
  yaml: ['a:\n  - b: 1\n    c: |\n      d)\n', 'e: ]'],
};

describe('trees', () => {
  it('are of each language that a grammar is for', () => {
    assert.deepEqual(
      GRAMMARS.flatMap(({ name, extensions }) => (extensions.some((end) => end in SAMPLES) ? [] : [name])),
      [],
    );
  });

  for (const [extension, [text, wrong]] of Object.entries(SAMPLES)) {
    it(`of ${extension} are whole where the text is right, and only there`, async () => {
      using right = await treeOf(`a.${extension}`, text);
      assert.ok(right);
      assert.equal(damageOf(right), 0);
      assert.ok((await damageWith(right, text.length, wrong)) > 0);
      assert.equal(right.text, text);
    });
  }

  it('are not of texts without a grammar, or beyond 2 MB', async () => {
    assert.equal(await treeOf('a.md', '# a\n'), undefined);
    assert.equal(await treeOf('Makefile', 'a:\n'), undefined);
    assert.equal(await treeOf('a.json', ' '.repeat(2 * 2 ** 20 + 1)), undefined);
    assert.equal(grammarOf({ languageId: 'plaintext', path: 'a.ts' }), undefined);
    assert.equal(grammarOf({ languageId: 'typescriptreact' })?.name, 'tsx');
    assert.equal(grammarOf({ path: 'a/B.PY' })?.name, 'python');
  });

  it('after an edit are what they would be if all were read anew', async () => {
    let text = readFileSync(join(ROOT, 'src/syntax/syntax-tree.ts'), 'utf8');
    let tree = (await treeOf('a.ts', text))!;
    for (const [at, removed, added] of [
      [100, 0, '\n/* é 𝒳 */\n'],
      [900, 40, ''],
      [10, 3, '({'],
      [text.length - 60, 5, '`${'],
    ] as const) {
      using old = tree;
      tree = await old.replaced(at, at + removed, added);
      text = text.slice(0, at) + added + text.slice(at + removed);
      using anew = (await treeOf('a.ts', text))!;
      assert.equal(tree.text, text);
      assert.equal(tree.root.toString(), anew.root.toString());
    }
    tree[Symbol.dispose]();
  });

  it('of all of this project’s sources are whole', async () => {
    const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      using tree = await treeOf(file, readFileSync(join(ROOT, 'src', file), 'utf8'));
      assert.equal(damageOf(tree!), 0, file);
    }
  });

  it('know the names in a text', async () => {
    using tree = await treeOf('a.ts', 'const first: Second = { third: fourth.fifth("sixth") }; // seventh\n');
    assert.deepEqual([...namesIn(tree!)], ['first', 'Second', 'third', 'fourth', 'fifth']);
  });
});
