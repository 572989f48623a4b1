import { trimTrailingSpace } from '../../../../../src/editor/completions/filters/trailing-space';
import { check } from '../../../../support/editor/drawn';

describe('the filter of trailing white space', () => {
  it('leaves none at the end of the text or of a line', () => {
    check(trimTrailingSpace, 'x = ⟨a; \t⟩', 'x = ⟨a;⟩');
    check(trimTrailingSpace, '⟨a();  \n\n  b();\t\n\n⟩', '⟨a();\n\n  b();⟩');
    check(trimTrailingSpace, '⟨a(); \r\nb();\r\n⟩', '⟨a();\r\nb();⟩');
  });

  it('keeps white space inside and in front', () => {
    check(trimTrailingSpace, 'return⟨ a  +  b⟩', 'return⟨ a  +  b⟩');
  });
});
