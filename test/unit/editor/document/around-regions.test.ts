import assert from 'node:assert/strict';
import { textAroundRegions } from '../../../../src/editor/document/around-regions';

describe('textAroundRegions', () => {
  it('cuts a document at its holes', () => {
    assert.deepEqual(textAroundRegions('a12b3c', [{ start: 1, end: 3 }]), {
      prefix: 'a',
      between: [],
      suffix: 'b3c',
    });
    const holes = [
      { start: 1, end: 3 },
      { start: 4, end: 4 },
      { start: 4, end: 5 },
    ];
    assert.deepEqual(textAroundRegions('a12b3c', holes), { prefix: 'a', between: ['b', ''], suffix: 'c' });
  });

  it('leaves out what is far away, never half a character or half a line ending', () => {
    const emoji = '😀'.repeat(40_000);
    for (const shift of ['', 'x']) {
      const { prefix, suffix } = textAroundRegions(emoji + shift + emoji, [
        { start: emoji.length + shift.length, end: emoji.length + shift.length },
      ]);
      assert.ok(prefix.length < 33_000 && prefix.isWellFormed());
      assert.ok(suffix.length < 33_000 && suffix.isWellFormed());
    }
    const lines = '\r\n'.repeat(40_000);
    const { prefix, suffix } = textAroundRegions(`${lines}x${lines}`, [
      { start: lines.length, end: lines.length },
    ]);
    assert.ok(prefix.startsWith('\r'));
    assert.ok(suffix.endsWith('\n'));
  });
});
