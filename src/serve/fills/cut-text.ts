/** Where a completion ends before the model's own end. */
export interface CutRules {
  /** Words before the first of which it ends. */
  readonly stops: readonly string[];
  /** A later line with less indentation, in characters, is no longer part of it; 0 takes all. */
  readonly leastIndent: number;
}

/** A text with LF as far as the rules let it go. */
export interface CutText {
  readonly text: string;
  /** The reason why it ended. */
  readonly cut: { readonly by: 'stop'; readonly word: string } | { readonly by: 'indent' } | undefined;
  /** Of the characters of `text` so many stay, whatever comes behind them. */
  readonly settled: number;
}

const LATER_LINE = /\n([ \t]*)(?=[^\s])/g;
const OPEN_LINE = /\n[ \t\n]*$/;

/**
 * Ends a text where a rule first holds, as its characters come: of two stop words the one that is whole first, so that
 * nothing that comes later changes it.
 */
export function cutText(text: string, { stops, leastIndent }: CutRules): CutText {
  const words = stops.filter((word) => word !== '');
  const stop = words
    .map((word) => ({ word, at: text.indexOf(word) }))
    .filter(({ at }) => at >= 0)
    .map(({ word, at }) => ({ word, at, end: at + word.length }))
    .sort((a, b) => a.end - b.end || a.at - b.at)[0];
  const shallow = [...text.matchAll(LATER_LINE)].find(([, indent]) => indent!.length < leastIndent);
  // A line is seen to be shallow by the first character behind its indentation.
  const shallowEnd = shallow ? shallow.index + shallow[0].length + 1 : Infinity;
  if (stop && (stop.end < shallowEnd || (stop.end === shallowEnd && stop.at <= shallow!.index))) {
    const upTo = text.slice(0, stop.at);
    // Where a stop word is blanks alone, the indentation before it may turn out to be too little.
    const cut = leastIndent > 0 && /^[ \t]+$/.test(stop.word) ? upTo.replace(/\n[ \t]*$/, '') : upTo;
    return { text: cut, cut: { by: 'stop', word: stop.word }, settled: cut.length };
  }
  if (shallow) return { text: text.slice(0, shallow.index), cut: { by: 'indent' }, settled: shallow.index };
  const begun = Math.max(0, ...words.map((word) => overlap(text, word)));
  const open = leastIndent > 0 ? (OPEN_LINE.exec(text)?.[0].length ?? 0) : 0;
  return { text, cut: undefined, settled: text.length - Math.max(begun, open) };
}

/** How many characters at the text's end are the beginning of the word. */
function overlap(text: string, word: string): number {
  for (let length = Math.min(text.length, word.length - 1); length > 0; length--) {
    if (text.endsWith(word.slice(0, length))) return length;
  }
  return 0;
}
