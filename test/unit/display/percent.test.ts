import assert from 'node:assert/strict';
import { percent } from '../../../src/display/percent';

describe('per cent', () => {
  it('is whole, but shows what is small', () => {
    const shown = [0, 1e-6, 0.0005, 0.004, 0.0094, 0.0096, 0.015, 0.5, 0.999, 1].map(percent);
    assert.deepEqual(shown, [
      '0 %',
      '< 0.1 %',
      '0.1 %',
      '0.4 %',
      '0.9 %',
      '1 %',
      '2 %',
      '50 %',
      '100 %',
      '100 %',
    ]);
  });
});
