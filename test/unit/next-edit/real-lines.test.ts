import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../../scripts/setup/paths';
import type { Edit, Proposal } from '../../../src/next-edit/edit';
import { isSound, proposalsFor } from '../../../src/next-edit/propose';
import { damageOf } from '../../../src/syntax/damage';
import type { SyntaxTree } from '../../../src/syntax/syntax-tree';
import { treeOf } from '../../support/syntax';

/** Sources of other people's, of which so many lines are read. */
const FILES: readonly (readonly [file: string, lines: number])[] = [
  ['commander/lib/option.js', 380],
  ['commander/lib/suggestSimilar.js', 101],
  ['commander/typings/index.d.ts', 400],
  ['mocha/mocha.css', 300],
];
/** What is no language of node_modules, in the ways that others write. */
const OTHERS: readonly (readonly [file: string, text: string])[] = [
  ['a.py', 'def total(amount, rate):\n    return amount * rate + len(str(amount))\n\n\nprint(total(1, 2))\n'],
  ['a.go', 'package a\n\nfunc total(amount int, rate int) int {\n\treturn amount*rate + amount\n}\n'],
  ['a.rs', 'fn total(amount: u32, rate: u32) -> u32 {\n    amount * rate + amount\n}\n'],
  ['a.c', 'int total(int amount, int rate) {\n\treturn amount * rate + amount;\n}\n'],
];
/** Before every so many-th name one is changed. */
const EVERY = 47;
/** A name of letters beyond the basic plane, each two UTF-16 units. */
const WIDE = '𝑥𝑦';

/** Edits of one name each, all over a text. */
function* edits(
  text: string,
): Generator<{ readonly text: string; readonly edit: Edit; readonly after: string }> {
  const names = [...text.matchAll(/(?<![\w$.])[a-zA-Z_$][\w$]{2,}(?![\w$])/g)];
  for (const [i, { 0: before, index: start }] of names.entries()) {
    if (i % EVERY !== 0) continue;
    const after = `${WIDE}${i}`;
    yield {
      text: text.slice(0, start) + after + text.slice(start + before.length),
      edit: { start, end: start + after.length, before },
      after,
    };
  }
}

/** The proposals for an edit of a text, of which the tree without the edit is there: what is not touched is not read again. */
async function proposals(base: SyntaxTree, { start, end, before }: Edit, after: string): Promise<Proposal[]> {
  using tree = await base.replaced(start, start + before.length, after);
  return await proposalsFor(tree, [{ start, end, before }]);
}

function applied(text: string, proposed: readonly Proposal[]): string {
  return proposed
    .toSorted((a, b) => b.start - a.start)
    .reduce((whole, { start, end, text: put }) => whole.slice(0, start) + put + whole.slice(end), text);
}

/** The same text with CRLF, and where its characters are then. */
function withCrlf(text: string): { readonly text: string; readonly at: (offset: number) => number } {
  return {
    text: text.replaceAll('\n', '\r\n'),
    at: (offset) => offset + (text.slice(0, offset).match(/\n/g)?.length ?? 0),
  };
}

describe('proposals on real lines', function () {
  this.timeout(120_000);
  const sources = [
    ...FILES.map(([file, lines]) => {
      const text = readFileSync(path.join(ROOT, 'node_modules', file), 'utf8').replaceAll('\r\n', '\n');
      return [file, text.split('\n').slice(0, lines).join('\n')] as const;
    }),
    ...OTHERS,
  ];

  it('are a thousand lines, and something is proposed in each language of code', async () => {
    const lines = sources.reduce((sum, [, text]) => sum + text.split('\n').length, 0);
    assert.ok(lines >= 1000, String(lines));
    for (const [file, text] of OTHERS) {
      const start = text.indexOf('amount');
      using base = (await treeOf(file, text))!;
      const edit = { start, end: start + WIDE.length, before: 'amount' };
      assert.equal((await proposals(base, edit, WIDE)).length, 2, file);
    }
  });

  for (const [file, source] of sources) {
    it(`touch nothing but the names that were changed, and are the same with CRLF: ${file}`, async () => {
      const crlf = withCrlf(source);
      using base = (await treeOf(file, source))!;
      using crlfBase = (await treeOf(file, crlf.text))!;
      for (const { text, edit, after } of edits(source)) {
        const found = await proposals(base, edit, after);
        let last = 0;
        for (const { start, end } of found.toSorted((a, b) => a.start - b.start)) {
          assert.ok(
            start >= last && end >= start && end <= text.length,
            'places in order, apart, in the text',
          );
          assert.ok(end <= edit.start || start >= edit.end, 'never in what was written');
          assert.ok(text.slice(start, end).includes(edit.before), text.slice(start, end));
          last = end;
        }
        const changed = applied(text, found);
        // Taken back, all is as it was: nothing beside the names was touched.
        const back = (whole: string): string => whole.replaceAll(`${edit.before}: ${after}`, edit.before);
        assert.equal(back(changed).replaceAll(after, edit.before), source);
        assert.ok(changed.isWellFormed());

        const { at } = withCrlf(text);
        const moved = { ...edit, start: at(edit.start), end: at(edit.end) };
        assert.deepEqual(
          await proposals(crlfBase, moved, after),
          found.map((one) => ({
            ...one,
            start: at(one.start),
            end: at(one.end),
            text: one.text.replaceAll('\n', '\r\n'),
          })),
        );
      }
    });
  }

  it('are read no worse than before, one by one', async () => {
    const [file, source] = sources[0]!;
    using base = (await treeOf(file, source))!;
    for (const { edit, after } of edits(source)) {
      using tree = await base.replaced(edit.start, edit.start + edit.before.length, after);
      for (const proposal of (await proposalsFor(tree, [edit])).slice(0, 2)) {
        if (!(await isSound(tree, proposal))) continue;
        // Read from the beginning: nothing is taken over from the tree before.
        using changed = (await treeOf(file, applied(tree.text, [proposal])))!;
        assert.ok(damageOf(changed) <= damageOf(tree));
      }
    }
  });
});
