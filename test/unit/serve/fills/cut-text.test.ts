import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cutText } from '../../../../src/serve/fills/cut-text';

const TEXT = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\t'), maxLength: 24 });
const RULES = fc.record({ stops: fc.array(TEXT, { maxLength: 4 }), leastIndent: fc.nat(3) });

describe('where a completion ends', () => {
  it('is before the first stop word that is not empty', () => {
    assert.deepEqual(cutText('one\ntwo', { stops: ['two', '\n', ''], leastIndent: 0 }), {
      text: 'one',
      cut: { by: 'stop', word: '\n' },
      settled: 3,
    });
  });

  it('is before the stop word that is whole first, though another began before it', () => {
    const rules = { stops: ['bab', 'a'], leastIndent: 0 };
    const expected = { text: 'b', cut: { by: 'stop', word: 'a' }, settled: 1 };
    assert.deepEqual(cutText('ba', rules), expected);
    assert.deepEqual(cutText('bab', rules), expected);
  });

  it('is before a later line with too little indentation; blank lines have none to lack', () => {
    const cut = cutText('a\n\n  b\nc\n', { stops: [], leastIndent: 2 });
    assert.deepEqual([cut.text, cut.cut], ['a\n\n  b', { by: 'indent' }]);
  });

  it('never takes back what is settled, however the text goes on', () => {
    fc.assert(
      fc.property(TEXT, TEXT, RULES, (begun, more, cutRules) => {
        const before = cutText(begun, cutRules);
        const after = cutText(begun + more, cutRules);
        const settled = before.text.slice(0, before.settled);
        assert.equal(after.text.slice(0, settled.length), settled);
        if (before.cut) assert.deepEqual(after.text, before.text);
      }),
      { numRuns: 10_000 },
    );
  });

  it('leaves no stop word in the text', () => {
    fc.assert(
      fc.property(TEXT, RULES, (whole, cutRules) => {
        const { text: cut } = cutText(whole, cutRules);
        assert.ok(cutRules.stops.every((word) => word === '' || !cut.includes(word)));
        assert.ok(whole.startsWith(cut));
      }),
    );
  });
});
