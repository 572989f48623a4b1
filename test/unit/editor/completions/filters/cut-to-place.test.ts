import { cutToPlace } from '../../../../../src/editor/completions/filters/cut-to-place';
import { check } from '../../../../support/editor/drawn';

describe('the filter that cuts to the place', () => {
  it('keeps one line where the line has text', () => {
    check(cutToPlace, 'x = ⟨a + b;\n  next();⟩', 'x = ⟨a + b;⟩');
    check(cutToPlace, 'x = ⟨a;\r\nb;⟩ // why', 'x = ⟨a;⟩ // why');
    check(cutToPlace, 'x = ⟨\nnext();⟩', 'x = ⟨⟩');
    check(cutToPlace, 'x = ⟨a;\rb;⟩\r', 'x = ⟨a;⟩\r');
  });

  it('keeps all lines where the line is blank', () => {
    check(cutToPlace, '  ⟨a();\n  b();⟩\n}', '  ⟨a();\n  b();⟩\n}');
  });
});
