import { trimRepeatedSuffix } from '../../../../../src/editor/completions/filters/repeated-suffix';
import { check } from '../../../../support/editor/drawn';

describe('the filter of what stands behind the cursor already', () => {
  const onALine: readonly (readonly [before: string, after: string])[] = [
    ['foo(⟨a, b)⟩)', 'foo(⟨a, b⟩)'],
    ['foo(⟨a, b);⟩);', 'foo(⟨a, b⟩);'],
    ['foo(⟨a)⟩);', 'foo(⟨a⟩);'],
    ['foo(⟨bar(1)⟩)', 'foo(⟨bar(1)⟩)'],
    ['foo(⟨bar(1))⟩)', 'foo(⟨bar(1)⟩)'],
    ['x = ⟨a * 2 + 1;⟩ + 1;', 'x = ⟨a * 2⟩ + 1;'],
    ['x = ⟨a * 2 +⟩ + 1;', 'x = ⟨a * 2 +⟩ + 1;'],
    ['x = ⟨a * 2;⟩', 'x = ⟨a * 2;⟩'],
    ["import a from '⟨./a';⟩';", "import a from '⟨./a⟩';"],
    ['x = [⟨1, 2]⟩]', 'x = [⟨1, 2⟩]'],
  ];
  for (const [before, after] of onALine) {
    it(`on a line: ${before} becomes ${after}`, () => check(trimRepeatedSuffix, before, after));
  }

  it('drops a closing line that is there', () => {
    check(
      trimRepeatedSuffix,
      `
      function f() {
        ⟨return a;
      }⟩
      }
      `,
      `
      function f() {
        ⟨return a;⟩
      }
      `,
    );
  });

  it('keeps a block of its own', () => {
    const block = `
      function f() {
        ⟨if (a) {
          b();
        }⟩
      }
      `;
    check(trimRepeatedSuffix, block, block);
  });

  it('drops the next lines', () => {
    check(
      trimRepeatedSuffix,
      `
      {
        ⟨a();
        b();
        c();⟩

        b();
        c();
      }
      `,
      `
      {
        ⟨a();⟩

        b();
        c();
      }
      `,
    );
  });

  it('drops everything where everything is there, and keeps what only resembles it', () => {
    check(trimRepeatedSuffix, '⟨b();⟩\n  b();\n', '⟨⟩\n  b();\n');
    check(trimRepeatedSuffix, '⟨b(2);⟩\n  b(1);\n', '⟨b(2);⟩\n  b(1);\n');
    check(trimRepeatedSuffix, '⟨a();\nb();⟩', '⟨a();\nb();⟩');
  });

  it('works on CRLF', () => {
    check(trimRepeatedSuffix, '  ⟨return a;\r\n}⟩\r\n}\r\n', '  ⟨return a;⟩\r\n}\r\n');
  });
});
