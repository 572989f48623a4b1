/** A text that may hold something worth knowing. */
export interface OtherText {
  readonly path: string;
  readonly text: string;
}

export interface Passage extends OtherText {
  /** Of its identifiers with those of the text asked about, 0–1, and more where it declares one of them. */
  readonly similarity: number;
}

const LINES = 14;
const STRIDE = 7;
/** A passage that has less in common with the text tells the model nothing. */
const LEAST = 0.12;
/** The extra that a declaration of a used name counts. */
const DECLARES = 0.5;
const DECLARATION =
  /\b(?:function|class|interface|type|enum|struct|trait|fn|func|def|const|let|var)\s+([A-Za-z_$][\w$]*)/g;

/**
 * The passage of other texts that has most in common with a text: the Jaccard index of their identifiers, and whether
 * it declares a name that the text's end uses.
 *
 * @param text whose end matters most
 * @param most characters of the passage
 */
export function mostSimilarPassage(
  text: string,
  others: readonly OtherText[],
  most: number,
): Passage | undefined {
  const wanted = identifiers(text);
  const atEnd = identifiers(text.split('\n').slice(-3).join('\n'));
  let best: Passage | undefined;
  for (const { path, text: other } of others) {
    const lines = other.split(/\r?\n/);
    for (let start = 0; start < lines.length; start += STRIDE) {
      const passage = lines
        .slice(start, start + LINES)
        .join('\n')
        .trim()
        .slice(0, most);
      const similarity = jaccard(wanted, identifiers(passage)) + (declares(passage, atEnd) ? DECLARES : 0);
      if (similarity >= LEAST && similarity > (best?.similarity ?? 0))
        best = { path, text: passage, similarity };
    }
  }
  return best;
}

/** Names of three letters or more; shorter ones are everywhere. */
function identifiers(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_$][\w$]{2,}/g));
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((name) => b.has(name)).length;
  return shared === 0 ? 0 : shared / (a.size + b.size - shared);
}

function declares(passage: string, names: ReadonlySet<string>): boolean {
  return [...passage.matchAll(DECLARATION)].some(([, name]) => names.has(name!));
}
