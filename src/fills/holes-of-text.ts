/** The holes of a whole text. */
export interface HolesOfText {
  /** The texts before, between and behind the holes: one more than there are holes. */
  readonly texts: readonly string[];
  /** The text that stood in each hole; '' where none did. */
  readonly replaced: readonly string[];
}

/** The text with fills in its holes. */
export function filledText({ texts }: Pick<HolesOfText, 'texts'>, fills: readonly string[]): string {
  return texts.map((text, i) => text + (fills[i] ?? '')).join('');
}
