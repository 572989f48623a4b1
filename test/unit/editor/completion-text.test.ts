import assert from 'node:assert/strict';
import { cutToPlace, finishedLine, trimRepeatedSuffix } from '../../../src/editor/completion-text';
import type { CellView } from '../../../src/engine';

describe('cutToPlace', () => {
  it('keeps one line where the line has text, all lines where it is blank', () => {
    assert.equal(cutToPlace('a + b;\n  next();', false), 'a + b;');
    assert.equal(cutToPlace('a + b;\r\n  next();\r\n', true), 'a + b;\r\n  next();');
    assert.equal(cutToPlace('\nnext();', false), '');
    assert.equal(cutToPlace('  \n\t', true), '');
  });
});

describe('finishedLine', () => {
  const cells = (...texts: readonly string[]): CellView[] =>
    texts.map((text) => ({ token: 9, text, masked: text === '', confidence: 1, step: 1 }));

  it('is known when everything up to a newline is committed', () => {
    assert.equal(finishedLine(cells('a', ' + b', ';\n  ', '', 'c')), 'a + b;');
    assert.equal(finishedLine(cells('\r\n', '')), '');
    assert.equal(finishedLine(cells('a', '', '\n')), undefined);
    assert.equal(finishedLine(cells('a', 'b')), undefined);
    assert.equal(finishedLine(cells('\ufffd', '\ufffd', '\n')), undefined);
  });
});

describe('trimRepeatedSuffix', () => {
  // Drawn as text: ‸ is the cursor, what stands before it is the line so far.
  const cases: readonly (readonly [place: string, fill: string, kept: string])[] = [
    ['foo(‸)', 'a, b)', 'a, b'],
    ['foo(‸);', 'a, b);', 'a, b'],
    ['foo(‸);', 'a)', 'a'],
    ['foo(‸)', 'bar(1)', 'bar(1)'],
    ['foo(‸)', 'bar(1))', 'bar(1)'],
    ['x = ‸ + 1;', 'a * 2 + 1;', 'a * 2'],
    ['x = ‸ + 1;', 'a * 2 +', 'a * 2 +'],
    ['x = ‸', 'a * 2;', 'a * 2;'],
    ["import a from '‸';", "./a';", './a'],
    ['x = [‸]', '1, 2]', '1, 2'],
  ];
  for (const [place, fill, kept] of cases) {
    it(`on a line: ${place}  +  ${fill}  =  ${kept}`, () => {
      assert.equal(trimRepeatedSuffix(fill, `${place.split('‸')[1]!}\nnext line`, false), kept);
    });
  }

  const blocks: readonly (readonly [name: string, suffix: string, fill: string, kept: string])[] = [
    ['drops a closing line that is there', '\n}\n', 'return a;\n}', 'return a;'],
    ['keeps a block of its own', '\n}\n', 'if (a) {\n  b();\n}', 'if (a) {\n  b();\n}'],
    ['drops the next lines', '\n\n  b();\n  c();\n}', 'a();\n  b();\n  c();', 'a();'],
    ['drops everything that is there already', '\n  b();\n', 'b();', ''],
    ['keeps what only resembles the next line', '\n  b(1);\n', 'b(2);', 'b(2);'],
    ['works on CRLF', '\r\n}\r\n', 'return a;\r\n}', 'return a;'],
    ['keeps all at the end of the file', '', 'a();\nb();', 'a();\nb();'],
  ];
  for (const [name, suffix, fill, kept] of blocks) {
    it(`on a blank line: ${name}`, () => assert.equal(trimRepeatedSuffix(fill, suffix, true), kept));
  }
});
