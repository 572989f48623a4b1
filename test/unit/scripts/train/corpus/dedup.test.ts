import assert from 'node:assert/strict';
import { Deduplicator } from '../../../../../scripts/train/corpus/dedup';
import { code } from '../../../../support/train/fixtures';

describe('Deduplicator', () => {
  let deduplicator: Deduplicator;
  beforeEach(() => (deduplicator = new Deduplicator(1e6)));

  const lines = (prefix: string, from: number, to: number): string =>
    Array.from({ length: to - from }, (_, i) => `const ${prefix}${from + i} = ${from + i};\n`).join('');

  it('takes a text once, whatever its spaces', () => {
    assert.equal(deduplicator.check(code('one')), undefined);
    assert.equal(deduplicator.check(code('one')), 'dup-exact');
    assert.equal(
      deduplicator.check(code('one').replaceAll('  ', '\t').replaceAll('\n', '\n\n')),
      'dup-exact',
    );
    assert.equal(deduplicator.check(code('two')), undefined);
  });

  it('calls a text near when more than three quarters of its line triples were seen', () => {
    assert.equal(deduplicator.check(lines('a', 0, 100)), undefined);
    assert.equal(deduplicator.check(lines('a', 0, 100) + lines('b', 0, 20)), 'dup-near');
    assert.equal(deduplicator.check(lines('a', 0, 100) + lines('c', 0, 50)), undefined);
  });

  it('sees what two texts together have said', () => {
    deduplicator.check(lines('a', 0, 40));
    deduplicator.check(lines('b', 0, 40));
    assert.equal(deduplicator.check(lines('b', 0, 40) + lines('a', 0, 40)), 'dup-near');
  });

  it('does not learn from what it leaves out', () => {
    deduplicator.check(lines('a', 0, 100));
    assert.equal(deduplicator.check(lines('a', 0, 100) + lines('b', 0, 20)), 'dup-near');
    assert.equal(deduplicator.check(lines('b', 0, 20)), undefined);
  });

  it('tells the order of lines apart, and ignores indentation and short lines', () => {
    const text = lines('a', 0, 60);
    deduplicator.check(text);
    assert.equal(deduplicator.check(text.split('\n').reverse().join('\n')), undefined);
    assert.equal(deduplicator.check(`x\n${text.replaceAll('\n', '\n}\n\t\t')}`), 'dup-near');
  });

  it('compares short texts as a whole only', () => {
    deduplicator.check(lines('a', 0, 8));
    assert.equal(deduplicator.check(lines('a', 0, 7)), undefined);
  });
});
