import assert from 'node:assert/strict';
import { bodyOf, functionByIndentation, indentedBlock } from '../../../../src/editor/document/text-block';

/** Lines drawn as text, the ones in question with a bar in front; `‸` marks the line asked about. */
function drawn(text: string): { lines: string[]; cursor: number; barred: number[] } {
  const rows = text.split('\n').slice(1, -1);
  const indentation = Math.min(...rows.map((row) => row.search(/[|‸\S]/)).filter((column) => column >= 0));
  const cut = rows.map((row) => row.slice(indentation));
  return {
    lines: cut.map((row) => row.slice(1).replace('‸', '')),
    cursor: cut.findIndex((row) => row.includes('‸')),
    barred: [...cut.keys()].filter((i) => cut[i]!.startsWith('|')),
  };
}

function linesOf(range: { first: number; last: number } | undefined): number[] {
  return range ? Array.from({ length: range.last - range.first + 1 }, (_, i) => range.first + i) : [];
}

describe('indentedBlock', () => {
  const check = (text: string): void => {
    const { lines, cursor, barred } = drawn(text);
    assert.deepEqual(linesOf(indentedBlock(lines, cursor)), barred);
  };

  it('is the run of lines indented as far or further', () => {
    check(`
      .def f(a):
      |    b = a
      |    for c in b:‸
      |        d(c)
      |
      |    return b
      .
      .g()
    `);
    check(`
      .def f(a):
      .    for c in b:
      |        d(c)‸
      .    return b
    `);
  });

  it('is nothing on a blank line', () => assert.equal(indentedBlock(['a', '', 'b'], 1), undefined));
});

describe('bodyOf', () => {
  const check = (text: string): void => {
    const { lines, barred } = drawn(text);
    assert.deepEqual(linesOf(bodyOf(lines)), barred);
  };

  it('leaves out the head and what closes it', () => {
    check(`
      .function f(a) {
      |  if (a) {
      |    b();
      |  }
      |  return a;
      .}
    `);
    check(`
      .def f(
      .    a,
      .    b,
      .):
      |    return a + b
    `);
    check(`
      .const f = (a) => {
      |  return a;
      .};
    `);
  });

  it('is nothing where there is none', () => {
    assert.equal(bodyOf(['function f() {}']), undefined);
    assert.equal(bodyOf(['function f() {', '}']), undefined);
    assert.equal(bodyOf([]), undefined);
  });
});

describe('functionByIndentation', () => {
  const body = (text: string, line: number): string | undefined => {
    const lines = text.split('\n');
    const found = functionByIndentation(lines, line);
    return found && lines.slice(found.first, found.last + 1).join('\n');
  };

  it('is what is indented below the head around a line, or below its decorator', () => {
    const decorated =
      '@app.route("/x", methods=[\n    "GET",\n])\ndef f():\n    a = 1\n\n    return a\n\nb = 2\n';
    for (const line of [0, 1, 3, 4, 6])
      assert.equal(body(decorated, line), '    a = 1\n\n    return a', String(line));
    assert.equal(body(decorated, 8), undefined);
    assert.equal(body('sub f {\n  my $a = 1;\n}\nprint 1;\n', 1), '  my $a = 1;');
    assert.equal(body('a = 1\nb = 2\n', 1), undefined);
  });
});
