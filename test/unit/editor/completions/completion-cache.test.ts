import assert from 'node:assert/strict';
import { CompletionCache } from '../../../../src/editor/completions/completion-cache';

describe('CompletionCache', () => {
  const at = (prefix: string, suffix = '\n', document = 'a.js') => ({ document, prefix, suffix });

  it('gives back what was found at a place', () => {
    const cache = new CompletionCache();
    assert.equal(cache.get(at('x = ')), undefined);
    cache.set(at('x = '), ['a + b', 'a - b']);
    assert.deepEqual(cache.get(at('x = ')), ['a + b', 'a - b']);
    assert.equal(cache.get(at('x = ', ';\n')), undefined);
    assert.equal(cache.get(at('x = ', '\n', 'b.js')), undefined);
    cache.set(at('y = '), []);
    assert.deepEqual(cache.get(at('y = ')), []);
  });

  it('shrinks a completion while it is being typed', () => {
    const cache = new CompletionCache();
    cache.set(at('x = '), ['a + b', 'a - b']);
    assert.deepEqual(cache.get(at('x = a ')), ['+ b', '- b']);
    assert.deepEqual(cache.get(at('x = a - ')), ['b']);
    assert.equal(cache.get(at('x = a * ')), undefined);
    assert.equal(cache.get(at('x = a + b')), undefined, 'nothing is left of it');
  });

  it('knows a place in a long document by what is near it', () => {
    const cache = new CompletionCache();
    cache.set(at(`${'far away\n'.repeat(1000)}x = `), ['a']);
    assert.deepEqual(cache.get(at(`edited\n${'far away\n'.repeat(999)}x = `)), ['a']);
  });

  it('forgets the oldest places, and all when told so', () => {
    const cache = new CompletionCache();
    for (let i = 0; i < 300; i++) cache.set(at(`${i} = `), ['a']);
    assert.equal(cache.get(at('0 = ')), undefined);
    assert.deepEqual(cache.get(at('299 = ')), ['a']);
    cache.clear();
    assert.equal(cache.get(at('299 = ')), undefined);
  });
});
