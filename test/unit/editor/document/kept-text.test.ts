import assert from 'node:assert/strict';
import { textAfter } from '../../../../src/editor/document/kept-text';

describe('a text after changes', () => {
  it('has each in the offsets of the text before all of them', () => {
    const changes = [
      { rangeOffset: 8, rangeLength: 1, text: '' },
      { rangeOffset: 4, rangeLength: 0, text: 'new ' },
      { rangeOffset: 0, rangeLength: 3, text: 'y' },
    ];
    assert.equal(textAfter('x = [1, 2]', changes), 'y new [1, ]');
    assert.equal(textAfter('same', []), 'same');
  });
});
