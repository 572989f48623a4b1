import assert from 'node:assert/strict';
import { amongCandidates } from '../../../../scripts/evaluate/among-candidates';
import { measure, type TaskAnswer } from '../../../../scripts/evaluate/figures';
import type { Task } from '../../../../scripts/evaluate/task';

const TASK: Task = {
  id: 'a',
  kind: 'line',
  lang: 'python',
  path: 'a.py',
  prefix: 'x = ',
  middle: 'one()',
  suffix: '\n',
};

function answered(texts: readonly string[], candidates?: readonly (readonly string[])[]): TaskAnswer {
  return { texts, steps: 3, forwards: 4, ms: 5, ...(candidates ? { candidates } : {}) };
}

describe('the right one among candidates', () => {
  const fillOf = async (answer: TaskAnswer): Promise<{ text: string; exact: boolean }> => {
    const cases = [{ task: TASK, answer, figures: await measure(TASK, answer) }];
    const [found] = (await amongCandidates({ label: '2 candidates, chosen', cases })).cases;
    return { text: found!.answer.texts[0]!, exact: found!.figures.exact };
  };

  it('is taken where it is there, else what was chosen', async () => {
    assert.deepEqual(await fillOf(answered(['two()'], [['two()'], [' one() ']])), {
      text: ' one() ',
      exact: true,
    });
    assert.deepEqual(await fillOf(answered(['two()'], [['two()'], ['three()']])), {
      text: 'two()',
      exact: false,
    });
    assert.deepEqual(await fillOf(answered(['one()'], [['one()'], ['two()']])), {
      text: 'one()',
      exact: true,
    });
    assert.deepEqual(await fillOf(answered(['two()'])), { text: 'two()', exact: false });
  });

  it('has a row of its own, at the price of all candidates', async () => {
    const answer = answered(['two()'], [['two()'], ['one()']]);
    const { label, cases } = await amongCandidates({
      label: '2 candidates, chosen',
      cases: [{ task: TASK, answer, figures: await measure(TASK, answer) }],
    });
    assert.equal(label, '2 candidates, the right one');
    assert.deepEqual([cases[0]!.figures.steps, cases[0]!.figures.forwards, cases[0]!.figures.ms], [3, 4, 5]);
  });
});
