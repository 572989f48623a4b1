import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findRepetitions, LONGEST_MATCH } from '../../../../src/engine/text/repetitions';

describe('texts that the surroundings repeat', () => {
  const textsOf = (before: string, after: string, others: readonly string[] = []): string[] =>
    findRepetitions([...others, before], [after])
      .sort((a, b) => b.before + b.after - a.before - a.after)
      .map(({ text }) => text);

  it('finds what followed the same characters, up to where the text after the hole begins', () => {
    assert.equal(textsOf('a = read(input);\nb = read(', ');\n')[0], 'input');
    assert.equal(textsOf('b = read(', ');\na = read(input);\n')[0], 'input');
    assert.equal(textsOf('b = read(', ');\n', ['a = read(input);\n'])[0], 'input');
  });

  it('finds what preceded the text after the hole', () => {
    const after = '.then(respond, refuse);\n';
    assert.deepEqual(textsOf(`x fetch(url)${after}\ny `, after), ['fetch(url)']);
  });

  it('counts the characters that match on each side', () => {
    const [found] = findRepetitions(['  const one = wide(3);\n\n  const one = '], ['\n']);
    assert.deepEqual(found, { text: 'wide(3);', before: 14, after: 1 });
    const long = 'x'.repeat(50);
    const most = findRepetitions([`${long}-yes+${long}-`], ['+']).find(({ text }) => text === 'yes');
    assert.equal(most?.before, LONGEST_MATCH);
  });

  it('knows that a text has no end where the text after the hole does not come', () => {
    assert.deepEqual(textsOf('a = read(input\nb = read(', ');'), []);
    assert.deepEqual(textsOf('', ''), []);
    assert.deepEqual(textsOf('ab', 'c'), []);
  });

  it('does not take blanks, or half a character', () => {
    assert.deepEqual(textsOf('let x =   ;\nlet x =', ';'), []);
    assert.deepEqual(textsOf('let x = \ud83d;\nlet x = ', ';'), []);
  });

  it('does not take what would make a line follow itself, brackets aside', () => {
    const wide = 'list.push(first);\nlist.sort();\n';
    assert.deepEqual(textsOf(`${wide}list.push(`, ');\n'), ['first']);
    assert.deepEqual(textsOf(`${wide}list.push(first);\nlist.push(`, ');\n'), []);
    assert.deepEqual(textsOf('list.push(', ');\nlist.push(first);\n'), []);
    assert.deepEqual(textsOf('f(()\n}\ng(\n', '\n}\n', ['g(\n}\n}\n']).includes('}'), true);
  });

  it('gives texts that stand between the same characters, each once, whatever the text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '(', ')', '😀'), maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, (before, after, other) => {
        const found = findRepetitions([before], [after, other]);
        assert.equal(new Set(found.map((each) => each.text)).size, found.length);
        for (const each of found) {
          const repeated = before.slice(before.length - each.before) + each.text + after.slice(0, each.after);
          assert.ok(each.before >= 1 && each.after >= 1);
          assert.ok([before, after, other].some((where) => where.includes(repeated)));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('looks nearest to the hole, on whichever side a text is', () => {
    const far = 'x = y\n'.repeat(8000);
    const repeated = 'const total = sum(cart);\n';
    const [before, after] = ['const total = ', ';\n'];
    const found = (earlier: string, later: string): boolean =>
      findRepetitions([earlier, before], [after, later]).some(({ text }) => text === 'sum(cart)');
    assert.ok(found(far + repeated, '') && found('', repeated + far));
    assert.ok(!found(repeated + far, '') && !found('', far + repeated));
  });

  it('is done soon with a text of millions of characters, all alike', () => {
    const many = ' '.repeat(3_000_000);
    assert.deepEqual(findRepetitions([many, many], [many, many]), []);
  });
});
