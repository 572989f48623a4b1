import assert from 'node:assert/strict';
import { CompletionCache } from '../../../../src/editor/completions/completion-cache';

describe('CompletionCache', () => {
  const at = (prefix: string, suffix = '\n', document = 'a.js') => ({ document, prefix, suffix });

  it('gives back what was found at a place', () => {
    const cache = new CompletionCache();
    assert.equal(cache.get(at('x = '), false), undefined);
    cache.set(at('x = '), ['a + b', 'a - b'], false);
    assert.deepEqual(cache.get(at('x = '), false), ['a + b', 'a - b']);
    assert.equal(cache.get(at('x = ', ';\n'), false), undefined);
    assert.equal(cache.get(at('x = ', '\n', 'b.js'), false), undefined);
    cache.set(at('y = '), [], false);
    assert.deepEqual(cache.get(at('y = '), false), []);
  });

  it('shrinks a completion while it is being typed', () => {
    const cache = new CompletionCache();
    cache.set(at('x = '), ['a + b', 'a - b'], false);
    assert.deepEqual(cache.get(at('x = a '), false), ['+ b', '- b']);
    assert.deepEqual(cache.get(at('x = a - '), false), ['b']);
    assert.equal(cache.get(at('x = a * '), false), undefined);
    assert.equal(cache.get(at('x = a + b'), false), undefined, 'nothing is left of it');
  });

  it('knows a place in a long document by what is near it', () => {
    const cache = new CompletionCache();
    cache.set(at(`${'far away\n'.repeat(1000)}x = `), ['a'], false);
    assert.deepEqual(cache.get(at(`edited\n${'far away\n'.repeat(999)}x = `), false), ['a']);
  });

  it('does not answer a user who asks with what came by itself', () => {
    const cache = new CompletionCache();
    cache.set(at('x = '), ['a + b'], false);
    assert.equal(cache.get(at('x = '), true), undefined);
    cache.set(at('x = '), ['a + b', 'c'], true);
    assert.deepEqual(cache.get(at('x = '), true), ['a + b', 'c']);
    assert.deepEqual(cache.get(at('x = '), false), ['a + b', 'c']);
  });

  it('forgets the oldest places, and all when told so', () => {
    const cache = new CompletionCache();
    for (let i = 0; i < 300; i++) cache.set(at(`${i} = `), ['a'], false);
    assert.equal(cache.get(at('0 = '), false), undefined);
    assert.deepEqual(cache.get(at('299 = '), false), ['a']);
    cache.clear();
    assert.equal(cache.get(at('299 = '), false), undefined);
  });
});
