import assert from 'node:assert/strict';
import { declarationAt } from '../../../src/context/declaration';
import { withPassages } from '../../../src/context/in-front';
import { namesNear } from '../../../src/context/names-near';

describe('passages in front of a text', () => {
  it('stand under their paths, commented as the language does', () => {
    const passages = [{ path: 'a/b', text: 'one' }];
    assert.equal(withPassages('x', 'python', passages), '# a/b\none\n\nx');
    assert.equal(withPassages('x', 'css', passages), '/* a/b */\none\n\nx');
    assert.equal(withPassages('x', 'go', passages), '// a/b\none\n\nx');
    assert.equal(withPassages('x', 'go', []), 'x');
  });

  it('leave the nearest lines of a long text whole', () => {
    const text = withPassages('line of the text\n'.repeat(100), 'go', [{ path: 'a', text: 'b' }]);
    assert.match(text, /^\/\/ a\nb\n\n(?:line of the text\n)+$/);
    assert.ok(text.length < 1000);
  });
});

describe('names near a place', () => {
  it('are those of the last lines, the last first, each once, where it stands last', () => {
    const text = 'first();\nsecond();\nthird(fourth);\nfifth(fourth, it);\n';
    assert.deepEqual(
      namesNear(text, 3).map(({ name, index }) => [name, text.slice(index).startsWith(name), index]),
      [
        ['fourth', true, text.lastIndexOf('fourth')],
        ['fifth', true, text.indexOf('fifth')],
        ['third', true, text.indexOf('third')],
      ],
    );
    assert.deepEqual(namesNear('', 3), []);
  });
});

describe('a declaration', () => {
  const TEXT = 'a\nfunction f() {\n  one();\n\n  two();\n}\nb\n';

  it('goes to a blank line, or as far as there is room, in whole lines', () => {
    assert.equal(declarationAt(TEXT, 1, 5, 200), 'function f() {\n  one();');
    assert.equal(declarationAt(TEXT, 1, 5, 20), 'function f() {');
    assert.equal(declarationAt(TEXT, 1, 1, 5), '');
    assert.equal(declarationAt(TEXT, 99, 99, 5), '');
  });
});
