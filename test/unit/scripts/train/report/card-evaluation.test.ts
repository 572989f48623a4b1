import assert from 'node:assert/strict';
import {
  isEvaluated,
  NO_EVALUATION,
  withEvaluation,
} from '../../../../../scripts/train/report/card-evaluation';

describe('evaluation in a model card', () => {
  const card = `# name\n\n${NO_EVALUATION}\n\n## Licence\n`;

  it('takes the place kept for it, and that of an earlier one', () => {
    const first = withEvaluation(card, 'first')!;
    const second = withEvaluation(first, 'second | table')!;
    assert.match(first, /^# name\n\n<!-- [^]* -->\n\nfirst\n\n<!-- [^]* -->\n\n## Licence\n$/);
    assert.match(second, /second \| table/);
    assert.doesNotMatch(second, /first/);
    assert.ok(second.endsWith('\n\n## Licence\n'));
  });

  it('is known to be there or not', () => {
    assert.equal(isEvaluated(card), false);
    assert.equal(isEvaluated('# name\n'), false);
    assert.equal(isEvaluated(withEvaluation(card, 'figures')!), true);
  });

  it('is not put where there is no place for it', () => {
    assert.equal(withEvaluation('# name\n', 'figures'), undefined);
  });
});
