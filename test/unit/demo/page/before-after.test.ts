import assert from 'node:assert/strict';
import { choose, remask } from '../../../../src/demo/edits';
import { doubtedSince } from '../../../../src/demo/page/doubted';
import { heatMap } from '../../../../src/demo/page/heat-map';
import { edited, withRun } from '../../../../src/demo/page/page-state';
import { picturesOf } from '../../../../src/demo/page/pictures';
import type { DemoRun } from '../../../../src/demo/run';
import { canvasAt, wholeBeforeEdit } from '../../../../src/demo/trace';
import type { Scored } from '../../../../src/engine/index';
import type { MASK } from '../../../support/demo/traces';
import { runOf, token, traceOf } from '../../../support/demo/traces';

const RUN = runOf([{ steps: traceOf(['a', 'b', 'c']) }]);

/** The run after its middle token was made another one. */
function changedRun(): DemoRun {
  const selected = { lane: 0, hole: 0, index: 1 };
  const other = { token: 20, text: 'B', probability: 0.25 };
  const change = edited({ ...withRun(RUN), selected }, 3, (canvas, cell, step) =>
    choose(canvas, cell, other, step),
  );
  return change!.state.live!.run;
}

/** As an engine that finds each token as probable as the text is without B. */
function scoredOf(text: string): Scored {
  const tokens = text.split('').map((character) => ({
    token: character === 'B' ? 20 : 9,
    text: character,
    probability: text.includes('B') ? 0.3 : 0.9,
    alternatives: [],
  }));
  return { tokens, forwards: 1, ms: 1 };
}

describe('the heat map before and after an edit', () => {
  it('finds the whole text before the last change of one', () => {
    const { steps } = changedRun().lanes[0]!;
    assert.equal(wholeBeforeEdit(RUN.lanes[0]!.steps), undefined);
    assert.equal(wholeBeforeEdit(steps), 3);
    const masked = edited({ ...withRun(RUN), selected: { lane: 0, hole: 0, index: 0 } }, 2, remask)!;
    assert.equal(wholeBeforeEdit(masked.state.live!.run.lanes[0]!.steps), undefined);
  });

  it('asks for both texts, and shows them side by side', async () => {
    const run = changedRun();
    const asked: string[] = [];
    const heat = await heatMap(run, (question) => {
      assert.equal(question.ask, 'score');
      asked.push(...question.texts.map(({ prefix, text, suffix }) => prefix + text + suffix));
      return Promise.resolve({ ask: 'score', scored: question.texts.map(({ text }) => scoredOf(text)) });
    });
    assert.deepEqual(asked, ['a(aBc);\n', 'a(abc);\n']);
    const shown = picturesOf({ run, position: 4, running: false, selected: undefined, heat });
    assert.deepEqual(
      shown.map(({ lane, label, canvas }) => [lane, label, canvas[0]!.map(({ text }) => text).join('')]),
      [
        [undefined, 'greedy, before the edit', 'abc'],
        [0, 'greedy, after the edit', 'aBc'],
      ],
    );
    assert.deepEqual([...shown[1]!.doubted[0]!.keys()], [0, 2]);
  });

  it('asks for one text and shows one where nothing was changed', async () => {
    const heat = await heatMap(RUN, (question) =>
      Promise.resolve(
        question.ask === 'score'
          ? { ask: 'score', scored: question.texts.map(({ text }) => scoredOf(text)) }
          : { ask: 'problem', problem: 'another question' },
      ),
    );
    const shown = picturesOf({ run: RUN, position: 3, running: false, selected: undefined, heat });
    assert.deepEqual(
      shown.map(({ lane, label }) => [lane, label]),
      [[0, 'greedy']],
    );
    assert.equal(canvasAt(RUN.lanes[0]!.steps, 3)[0]!.length, heat[0]!.canvas[0]!.length);
  });

  it('doubts what stays and has half of its probability left, whatever was put in between', () => {
    const cells = (...all: readonly (readonly [id: number, confidence: number])[]): (typeof MASK)[] =>
      all.map(([id, confidence]) => token('x', 1, { token: id, confidence }));
    const before = cells([1, 0.9], [2, 0.8], [3, 0.5]);
    const after = cells([1, 0.85], [7, 0.1], [8, 0.1], [3, 0.2]);
    assert.deepEqual([...doubtedSince(before, after)], [[3, 0.5]]);
    assert.deepEqual([...doubtedSince(before, before)], []);
    assert.deepEqual([...doubtedSince([], after)], []);
  });
});
