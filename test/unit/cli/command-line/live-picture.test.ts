import assert from 'node:assert/strict';
import { createColors } from 'picocolors';
import { drawStep, surroundingsOf } from '../../../../src/cli/command-line/live-picture';
import type { CellView, Step } from '../../../../src/engine/index';

const MASKED: CellView = { token: 1, text: '', masked: true, confidence: 0, step: -1, locked: false };
function cell(text: string, confidence: number, step: number): CellView {
  return {
    token: 9,
    text,
    masked: false,
    confidence,
    step,
    locked: false,
  };
}

const STEP: Step = {
  index: 2,
  t: 0.4,
  holes: [
    [cell('if', 0.95, 1), MASKED, cell('\r\n\t', 0.6, 2)],
    [MASKED, cell('\x1b[2J', 0.1, 2)],
  ],
  committed: [],
  remasked: [],
  texts: [],
  forwards: 3,
  ms: 12.4,
  done: false,
};
const AROUND = [
  { before: '\tlet ', after: ';' },
  { before: '', after: ')' },
];

describe('live picture', () => {
  it('draws masks, line ends and control characters on one line a hole', () => {
    assert.equal(
      drawStep(STEP, AROUND, createColors(false)),
      ['  let if░⏎  ;', '░␛[2J)', 'step 2 · 40 % masked · 12 ms'].join('\n'),
    );
  });

  it('colours tokens by confidence and makes those of this step bold', () => {
    const { bold, green, yellow, red } = createColors(true);
    const drawn = drawStep(STEP, AROUND, createColors(true));
    assert.ok(drawn.includes(green('if')));
    assert.ok(drawn.includes(bold(yellow('⏎  '))));
    assert.ok(drawn.includes(bold(red('␛[2J'))));
  });

  it('shows what stands beside a hole on its line', () => {
    assert.deepEqual(surroundingsOf(['a\r\nlet x = ', ';\ny(', ')']), [
      { before: 'let x = ', after: ';' },
      { before: 'y(', after: ')' },
    ]);
    assert.equal(surroundingsOf(['x'.repeat(1000), ''])[0]!.before.length, 60);
  });
});
