/** A stretch of a text, in UTF-16 units: `end` is behind its last one. */
export interface CharacterRange {
  readonly start: number;
  readonly end: number;
}

/** A text cut at its holes, as a request wants it. */
export interface TextAroundHoles {
  readonly prefix: string;
  /** The texts between consecutive holes, one fewer than there are holes. */
  readonly between: readonly string[];
  readonly suffix: string;
}

/** @param holes ascending, not overlapping, at least one */
export function textAroundHoles(text: string, holes: readonly CharacterRange[]): TextAroundHoles {
  return {
    prefix: text.slice(0, holes[0]!.start),
    between: holes.slice(1).map(({ start }, i) => text.slice(holes[i]!.end, start)),
    suffix: text.slice(holes.at(-1)!.end),
  };
}
