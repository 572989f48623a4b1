import assert from 'node:assert/strict';
import { asPutIn, filledPart } from '../../../src/fills/filled-part';

/** The part of a selection, drawn «…», that is filled. */
function part(drawn: string): string {
  const start = drawn.indexOf('«');
  const end = drawn.indexOf('»') - 1;
  const text = drawn.replace(/[«»]/g, '');
  const filled = filledPart(text, { start, end });
  return `${text.slice(0, filled.start)}«${text.slice(filled.start, filled.end)}»${text.slice(filled.end)}`;
}

describe('the part of a selection that is filled', () => {
  it('is whole lines without their first indentation and their last break', () => {
    assert.equal(part('{\n«  a();\n»}\n'), '{\n  «a();»\n}\n');
    assert.equal(part('{\r\n«\ta();\r\n\tb();\r\n»}\r\n'), '{\r\n\t«a();\r\n\tb();»\r\n}\r\n');
    assert.equal(part('{\n«  a();»\n}\n'), '{\n  «a();»\n}\n');
    assert.equal(part('{\n  «a();\n»}\n'), '{\n  «a();»\n}\n');
    assert.equal(part('«a();\n»'), '«a();»\n');
    assert.equal(part('{\n«  \n»}\n'), '{\n  «»\n}\n');
  });

  it('is anything else as it is', () => {
    assert.equal(part('a(«b\n»c)'), 'a(«b\n»c)');
    assert.equal(part('«  a»();\n'), '«  a»();\n');
    assert.equal(part('a\n«»b'), 'a\n«»b');
  });
});

describe('a fill as it is put in', () => {
  it('ends without a line break where one stands behind it', () => {
    assert.equal(asPutIn('a();\n  ', '', '\nb();'), 'a();');
    assert.equal(asPutIn('a();\r\n\r\n', '', '\r\nb();'), 'a();');
    assert.equal(asPutIn('a();\n', '', 'b();'), 'a();\n');
    assert.equal(asPutIn('a();\n  b();', '', '\n'), 'a();\n  b();');
  });

  it('ends without a mark that stands behind it', () => {
    assert.equal(asPutIn('a0;', '', ';\n'), 'a0');
    assert.equal(asPutIn('a,', '', ', b'), 'a');
    assert.equal(asPutIn('a;', '', '\n'), 'a;');
    assert.equal(asPutIn("s';", "a = '", "';\n"), 's');
    assert.equal(asPutIn('b);', 'a(', ');\n'), 'b');
    assert.equal(asPutIn('b());', 'a(', ');\n'), 'b()');
    assert.equal(asPutIn(';', '', ';\n'), ';');
  });

  it('is nothing between the two characters of a line break', () => {
    assert.equal(asPutIn('const b = 2;', 'const a = 1;\r', '\nconst b = 2;\r\n'), '');
    assert.equal(asPutIn('const b = 2;', 'const a = 1;\r\n', '\r\n'), 'const b = 2;');
  });

  it('begins at the indentation that is there, unless it makes its line a level deeper', () => {
    const threes = 'if (a) {\n   if (b) {\n      ';
    assert.equal(asPutIn(' c();', threes, '\n'), 'c();');
    assert.equal(asPutIn('   c();', threes, '\n'), '   c();');
    assert.equal(asPutIn('  c();', 'a {\n  ', '\n'), '  c();');
    assert.equal(asPutIn(' b', 'a:', '\n'), ' b');
    assert.equal(asPutIn(' * b', '/**\n', '\n'), ' * b');
  });
});
