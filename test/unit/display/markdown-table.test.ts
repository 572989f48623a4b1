import assert from 'node:assert/strict';
import { markdownTable } from '../../../src/display/markdown-table';

describe('a Markdown table', () => {
  it('has a head, a rule and a line for each row', () => {
    const rows = [
      ['int8', 31, '1.20'],
      ['f32', 122, ''],
    ];
    assert.equal(
      markdownTable(['form', 'MB', 'step, ms'], rows),
      '| form | MB | step, ms |\n|---|---|---|\n| int8 | 31 | 1.20 |\n| f32 | 122 |  |',
    );
    assert.match(markdownTable(['form', 'MB', 'step, ms'], rows, 1), /\n\|---\|---:\|---:\|\n/);
  });
});
