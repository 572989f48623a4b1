/** A part of a token's text and, where it cannot be seen by itself, the sign that stands for it. */
export interface VisiblePart {
  readonly text: string;
  readonly sign: string;
}

const SIGNS: Readonly<Record<string, string>> = { ' ': '·', '\t': '→', '\n': '⏎', '\r': '␍' };

/** Splits a text into what is seen and what is not: spaces, tabs and newlines, each run of one kind a part. */
export function visibleParts(text: string): VisiblePart[] {
  return [...text.matchAll(/\r?\n| +|\t|\r|[^ \t\r\n]+/g)].map(([part]) => {
    const sign = SIGNS[part.at(-1)!];
    return { text: part, sign: sign === undefined ? '' : part[0] === ' ' ? sign.repeat(part.length) : sign };
  });
}

/** The text on one line, with signs for what cannot be seen. */
export function visibleText(text: string): string {
  return visibleParts(text)
    .map((part) => part.sign || part.text)
    .join('');
}
