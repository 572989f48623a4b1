import assert from 'node:assert/strict';
import { filledPart, withoutLastBreak } from '../../../src/fills/filled-part';

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
    assert.equal(withoutLastBreak('a();\n  ', '\nb();'), 'a();');
    assert.equal(withoutLastBreak('a();\r\n\r\n', '\r\nb();'), 'a();');
    assert.equal(withoutLastBreak('a();\n', 'b();'), 'a();\n');
    assert.equal(withoutLastBreak('a();\n  b();', '\n'), 'a();\n  b();');
  });
});
