/** Where tokens stand in a text, in UTF-16 units, end exclusive. */
export interface TokenSpan {
  readonly start: number;
  readonly end: number;
  /** Index of the first token and how many there are: several only where a character is spread over them. */
  readonly first: number;
  readonly count: number;
}

/**
 * Finds the tokens of a text in it.
 *
 * @param text LF only
 * @param tokens all of its tokens; an incomplete UTF-8 byte shows as U+FFFD
 */
export function spansOf(text: string, tokens: readonly { readonly text: string }[]): TokenSpan[] {
  const spans: TokenSpan[] = [];
  let start = 0;
  for (let first = 0; first < tokens.length;) {
    let next = first + 1;
    let end = start + tokens[first]!.text.length;
    if (isBroken(tokens[first]!.text)) {
      while (next < tokens.length && isBroken(tokens[next]!.text)) next++;
      end = next < tokens.length ? text.indexOf(tokens[next]!.text, start) : text.length;
    }
    spans.push({ start, end, first, count: next - first });
    start = end;
    first = next;
  }
  return spans;
}

function isBroken(text: string): boolean {
  return text.includes('\ufffd');
}
