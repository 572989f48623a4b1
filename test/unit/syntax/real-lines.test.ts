import assert from 'node:assert/strict';
import { join } from 'node:path';
import { drawLines, filesByGrammar, type CutLine } from '../../../scripts/filter-harm/draw-lines';
import { completionToShow } from '../../../src/completions/completion-to-show';
import { chooseFill } from '../../../src/fills/choose-fill';
import { mendedFills } from '../../../src/fills/mended';
import { blockAt } from '../../../src/syntax/blocks';
import { damageOf, damageWith } from '../../../src/syntax/damage';
import { treeAround } from '../../../src/syntax/embedded';
import { functionAt } from '../../../src/syntax/functions';
import type { SyntaxTree, TextRange } from '../../../src/syntax/syntax-tree';
import { treeOf } from '../../support/syntax';

/** Sources that others wrote, in several languages, and this project's own. */
const FOLDERS = ['node_modules/flatted', 'node_modules/lunr', 'node_modules/@huggingface/hub', 'src'];
const LINES = 12;
/** Grammars in which a body of braces may be empty. */
const OF_BRACES: readonly string[] = [
  'javascript',
  'typescript',
  'tsx',
  'go',
  'java',
  'php',
  'c',
  'cpp',
  'rust',
];

const ROOT = join(import.meta.dirname, '../../..');
const FILES = filesByGrammar(FOLDERS.map((folder) => join(ROOT, folder)));

async function eachLine(
  paths: readonly string[],
  look: (line: CutLine, tree: SyntaxTree) => void | Promise<void>,
): Promise<void> {
  for (const line of drawLines(paths, LINES, 1)) {
    const { path, prefix, rest, suffix } = line;
    using outer = await treeOf(path, prefix + rest + suffix);
    if (!outer) continue;
    using tree = await treeAround(outer, { start: prefix.length, end: prefix.length });
    await look(line, tree);
  }
}

function contains(one: TextRange, { start, end }: TextRange): boolean {
  return one.start <= start && end <= one.end && start <= end;
}

describe('real lines', function () {
  this.timeout(120_000);

  for (const [grammar, paths] of FILES) {
    it(`of ${grammar} are in targets that hold each other`, async () => {
      await eachLine(paths, async ({ path, prefix }, tree) => {
        const at = prefix.length;
        const where = `${path}:${at}`;
        const text = { start: 0, end: tree.text.length };
        const block = blockAt(tree, at);
        if (block) assert.ok(contains(text, block) && contains(block, { start: at, end: at }), where);
        const found = functionAt(tree, at);
        if (!found) return;
        const { whole, body } = found;
        assert.ok(contains(text, whole) && contains(whole, body), where);
        const isOfBraces = tree.text.slice(whole.start, body.start).trimEnd().endsWith('{');
        if (!OF_BRACES.includes(grammar) || !isOfBraces) return;
        // What is left when the body is taken away can be read as before.
        using empty = await tree.replaced(body.start, body.end, '');
        assert.ok(damageOf(empty) <= damageOf(tree), where);
      });
    });

    it(`of ${grammar} are damaged by no filter`, async () => {
      await eachLine(paths, async ({ path, prefix, rest, suffix }) => {
        const where = `${path}:${prefix.length}`;
        using tree = (await treeOf(path, prefix + suffix))!;
        const before = damageOf(tree);
        // As models write: the line, cut, with ends that nobody needs, or once more.
        for (const text of [
          rest.slice(0, -1),
          `${rest})`,
          `${rest}\n${rest}\n${rest}\n${rest}`,
          `${rest}"`,
        ]) {
          const { text: shown } = await completionToShow({ prefix, suffix, text, asked: true }, tree);
          assert.ok(text.replace(/[ \t]+(?=\n)/g, '').startsWith(shown), where);
        }
        const stray = await completionToShow({ prefix, suffix, text: ')]}', asked: true }, tree);
        if (stray.text !== '' && before === 0)
          assert.equal(await damageWith(tree, prefix.length, stray.text), 0, where);
      });
    });

    it(`of ${grammar} are put in as they are`, async () => {
      await eachLine(paths, async ({ path, prefix, rest, suffix }) => {
        using tree = await treeOf(path, prefix + suffix);
        const first = { texts: [rest], holes: [[]], forwards: 1, ms: 1 };
        const holes = { texts: [prefix, suffix], replaced: [''] };
        const again = (): Promise<typeof first> => Promise.resolve(first);
        const { signal } = new AbortController();
        const { step } = await chooseFill(first, { prefix, suffix }, holes, tree, again, signal);
        assert.equal(step.texts[0], rest, `${path}:${prefix.length}`);
      });
    });

    it(`of ${grammar} are mended to no less than a half`, async () => {
      await eachLine(paths, ({ path, prefix, rest, suffix }) => {
        for (const [mended] of mendedFills([rest], { texts: [prefix, suffix], replaced: [''] }, 'syntax'))
          assert.ok(2 * (mended!.length + 4) >= rest.replaceAll(/[\s()[\]{};,]/g, '').length, path);
      });
    });
  }
});
