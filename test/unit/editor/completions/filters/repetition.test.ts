import { dropRepetition } from '../../../../../src/editor/completions/filters/repetition';
import { check } from '../../../../support/editor/drawn';

describe('the filter of repetition', () => {
  it('ends a loop of lines after its first turn', () => {
    check(
      dropRepetition,
      `
      ⟨start();
      a();
      b();
      a();
      b();
      a();
      b();⟩
      `,
      `
      ⟨start();
      a();
      b();⟩
      `,
    );
  });

  it('keeps two of a kind, and closing brackets', () => {
    const two = `
      ⟨a();
      a();
      b();⟩
      `;
    check(dropRepetition, two, two);
    const closing = `
      ⟨f(() => {
        g(() => {
          h();
        })
        })
        })⟩
      `;
    check(dropRepetition, closing, closing);
  });

  it('ends a stutter within a line', () => {
    check(dropRepetition, 'x = ⟨foo.foo.foo.foo.foo⟩', 'x = ⟨foo.⟩');
    check(dropRepetition, 'x = ⟨[0, 0, 0, 0, 0]⟩', 'x = ⟨[0, 0, 0, 0, 0]⟩');
    check(dropRepetition, '// ⟨----------------⟩', '// ⟨----------------⟩');
  });

  it('drops what is the line above once more', () => {
    check(dropRepetition, 'a = f(1);\na = ⟨f(1);⟩\n', 'a = f(1);\na = ⟨⟩\n');
    check(dropRepetition, 'a = f(1);\na = ⟨f(2);⟩\n', 'a = f(1);\na = ⟨f(2);⟩\n');
    check(dropRepetition, 'a();\nb();\n\n⟨a();\nb();⟩\n', 'a();\nb();\n\n⟨⟩\n');
    check(dropRepetition, '  }\n⟨}⟩\n', '  }\n⟨}⟩\n');
  });
});
