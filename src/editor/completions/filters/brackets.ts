const CLOSER_OF: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** A closing bracket that the text before it did not open. */
export interface StrayBracket {
  readonly bracket: string;
  readonly index: number;
}

/** What a piece of text leaves open, as the closing brackets it awaits, innermost last, and what it closes too much. */
export interface Unbalanced {
  readonly awaited: readonly string[];
  readonly stray: readonly StrayBracket[];
}

/** A string on one line. An apostrophe without a second one is no string, so comments do no harm. */
const STRINGS = /(["'`])(?:\\.|(?!\1)[^\\\r\n])*\1/g;

/** Looks at brackets outside of strings. A closing bracket of the wrong kind closes nothing. */
export function unbalanced(text: string): Unbalanced {
  const code = text.replace(STRINGS, (string) => ' '.repeat(string.length));
  const awaited: string[] = [];
  const stray: StrayBracket[] = [];
  for (const { 0: bracket, index } of code.matchAll(/[()[\]{}]/g)) {
    const closer = CLOSER_OF[bracket];
    if (closer !== undefined) awaited.push(closer);
    else if (awaited.at(-1) === bracket) awaited.pop();
    else if (!awaited.includes(bracket)) stray.push({ bracket, index });
  }
  return { awaited, stray };
}
