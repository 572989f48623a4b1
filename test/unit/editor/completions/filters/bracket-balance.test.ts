import { balanceBrackets } from '../../../../../src/editor/completions/filters/bracket-balance';
import { check } from '../../../../support/editor/drawn';

describe('the filter of brackets', () => {
  const cases: readonly (readonly [before: string, after: string])[] = [
    ['foo(⟨a, b)⟩', 'foo(⟨a, b)⟩'],
    ['foo(⟨a))⟩', 'foo(⟨a)⟩'],
    ['foo(⟨a) + b⟩)', 'foo(⟨a⟩)'],
    ['foo(⟨bar(1), [2]⟩)', 'foo(⟨bar(1), [2]⟩)'],
    ['foo([⟨1, 2])⟩', 'foo([⟨1, 2])⟩'],
    ['foo([⟨1, 2)]⟩', 'foo([⟨1, 2⟩'],
    ['foo([⟨1, 2])⟩)', 'foo([⟨1, 2]⟩)'],
    ['x = ⟨")" + y⟩', 'x = ⟨")" + y⟩'],
    ["// don't (a)\nx = ⟨y)⟩", "// don't (a)\nx = ⟨y⟩"],
    ['if (a) ⟨{⟩', 'if (a) ⟨{⟩'],
  ];
  for (const [before, after] of cases) {
    it(`${JSON.stringify(before)} becomes ${JSON.stringify(after)}`, () =>
      check(balanceBrackets, before, after));
  }

  it('cuts before the end of a block that ends behind the cursor', () => {
    check(
      balanceBrackets,
      `
      function f() {
        ⟨return 1;
      }

      function g() {⟩
      }
      `,
      `
      function f() {
        ⟨return 1;⟩
      }
      `,
    );
  });

  it('lets a completion end a block that nothing ends yet', () => {
    const open = `
      class A {
        f() {
          ⟨return 1;
        }⟩
      }
      `;
    check(balanceBrackets, open, open);
  });
});
