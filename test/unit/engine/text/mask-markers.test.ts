import assert from 'node:assert/strict';
import { parseMaskMarkers } from '../../../../src/engine/index';

describe('mask markers', () => {
  const unknown = { masks: undefined };

  it('are masks of unknown or given length; the words between them stay', () => {
    assert.deepEqual(parseMaskMarkers('a [MASK] b[MASK:12]\nc'), ['a ', unknown, ' b', { masks: 12 }, '\nc']);
    assert.deepEqual(parseMaskMarkers('[MASK][MASK:1]'), [unknown, { masks: 1 }]);
    assert.deepEqual(parseMaskMarkers('[MASK:007]x[MASK]'), ['[MASK:007]x', unknown]);
  });

  it('are absent from text that has none', () => {
    for (const text of ['', 'mask', '[mask]', '[MASK:0]', '[MASK:]', '[MASK:1.5]', '[MASK :2]'])
      assert.equal(parseMaskMarkers(text), undefined, text);
  });
});
