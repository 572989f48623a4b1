import assert from 'node:assert/strict';
import { damageOf } from '../../../src/syntax/damage';
import { treeAround } from '../../../src/syntax/embedded';
import { functionAt } from '../../../src/syntax/functions';
import type { SyntaxTree } from '../../../src/syntax/syntax-tree';
import { textAt } from '../../../src/syntax/text-at';
import { cutAtCursor, treeOf } from '../../support/syntax';

async function around(path: string, drawn: string): Promise<{ tree: SyntaxTree; at: number }> {
  const [prefix, suffix] = cutAtCursor(drawn);
  using outer = (await treeOf(path, prefix + suffix))!;
  return { tree: await treeAround(outer, { start: prefix.length, end: prefix.length }), at: prefix.length };
}

describe('scripts and style sheets in markup', () => {
  const places: readonly (readonly [path: string, drawn: string, grammar: string])[] = [
    ['a.vue', '<template>\n  <p>‸</p>\n</template>\n<script>\na();\n</script>\n', 'vue'],
    ['a.vue', '<script>\n‸\n</script>\n', 'javascript'],
    ['a.vue', '<script setup lang="ts">\n‸\n</script>\n', 'typescript'],
    ['a.vue', '<script lang="tsx">\n‸\n</script>\n', 'tsx'],
    ['a.vue', '<style scoped>\n‸\n</style>\n', 'css'],
    ['a.vue', '<style lang="scss">\n‸\n</style>\n', 'vue'],
    ['a.svelte', '<script lang="ts">‸</script>\n<p>a</p>\n', 'typescript'],
    ['a.svelte', '<p>{‸}</p>\n', 'svelte'],
    ['a.html', '<script type="module">\n‸</script>\n', 'javascript'],
    ['a.html', '<script type="application/ld+json">\n‸\n</script>\n', 'json'],
    ['a.html', '<script type="text/template">\n‸\n</script>\n', 'html'],
    ['a.html', '<style>‸</style>\n', 'css'],
    ['a.ts', '‸', 'typescript'],
  ];
  for (const [path, drawn, grammar] of places) {
    it(`are read as ${grammar}: ${JSON.stringify(drawn)} of ${path}`, async () => {
      using tree = (await around(path, drawn)).tree;
      assert.equal(tree.grammar, grammar);
    });
  }

  it('have functions and comments of their own', async () => {
    const vue = await around(
      'a.vue',
      '<p></p>\n<script>\nfunction f({\n  a,\n}) {\n  ‸return a;\n}\n</script>\n',
    );
    using script = vue.tree;
    const { start, end } = functionAt(script, vue.at)!.body;
    assert.equal(script.text.slice(start, end), 'return a;');
    const html = await around('a.html', '<script>\n// it‸\n</script>\n');
    using comment = html.tree;
    assert.equal(textAt(comment, html.at), 'comment');
  });

  it('follow edits inside, before and behind', async () => {
    const { tree: before, at } = await around('a.html', '<p></p>\n<script>\na(‸);\n</script>\n<p></p>\n');
    using tree = before;
    for (const [start, text] of [
      [at, '{ b: 1 }'],
      [0, '<b></b>\n'],
      [tree.text.length, '<b></b>\n'],
      [tree.text.indexOf('\na('), 'c();'],
      [tree.text.indexOf('</script>'), 'c();'],
    ] as const) {
      using changed = await tree.replaced(start, start, text);
      assert.equal(damageOf(changed), 0, text);
      assert.equal(changed.root.type, 'program');
    }
    using broken = await tree.replaced(at, at, '(');
    assert.equal(damageOf(broken), 1);
  });
});
