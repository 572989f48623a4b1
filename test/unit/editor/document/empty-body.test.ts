import assert from 'node:assert/strict';
import { emptyBodyAt } from '../../../../src/editor/document/empty-body';

/** The drawing's `‸` is the cursor; what comes back has `▁` for the hole. */
function filled(drawing: string): string | undefined {
  const lines = drawing.split('\n');
  const cursor = lines.findIndex((line) => line.includes('‸'));
  const plain = lines.map((line) => line.replace('‸', ''));
  const place = emptyBodyAt(plain, cursor, '  ');
  if (!place) return undefined;
  const { line, character, before, after } = place;
  const text = plain[line]!;
  plain[line] = `${text.slice(0, character)}${before}▁${after}${text.slice(character)}`;
  return plain.join('\n');
}

describe('emptyBodyAt', () => {
  const cases: readonly (readonly [name: string, before: string, after: string])[] = [
    ['a line below a comment at the end', '// adds‸', '// adds\n▁'],
    ['the blank line below a comment', '  # adds‸\n\nnext', '  # adds\n  ▁\nnext'],
    ['the blank line the cursor is on', '  // adds\n  ‸\nnext', '  // adds\n  ▁\nnext'],
    ['below all lines of a comment', '/** Adds. ‸\n * Really.\n */', '/** Adds. \n * Really.\n */\n▁'],
    ['the body of the function described', '// adds‸\nadd() {\n}', '// adds\nadd() {\n  ▁\n}'],
    ['between braces', 'add() {‸}', 'add() {\n  ▁\n}'],
    ['between lines of braces', '  add() {‸\n  }', '  add() {\n    ▁\n  }'],
    ['the blank line in a body', 'add() {\n‸\n}', 'add() {\n  ▁\n}'],
    ['below a colon', 'def add():‸\n\nadd()', 'def add():\n  ▁\nadd()'],
    ['below a comment in front of other code', '  // adds‸\n  b();', '  // adds\n  ▁\n  b();'],
  ];
  for (const [name, before, after] of cases) it(name, () => assert.equal(filled(before), after));

  it('is nowhere else', () => {
    assert.equal(filled('a‸();'), undefined);
    assert.equal(filled('a();\n‸\nb();'), undefined);
    assert.equal(filled('add() {‸\n  return 1;\n}'), undefined);
  });
});
