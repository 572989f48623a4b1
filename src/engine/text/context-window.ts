import { isInsideCharacter } from './characters';
import { SPECIAL } from './special-tokens';

/** Text → token ids, special tokens never among them. */
export type Encode = (text: string) => number[];

/** Text around the holes, LF only. */
export interface ContextText {
  readonly path?: string | undefined;
  readonly prefix: string;
  readonly between: readonly string[];
  readonly suffix: string;
}

/** A context, and where it was cut out of its text. */
export interface ContextCut {
  /** Token ids between the holes, one more than there are holes; the header stands before the prefix. */
  readonly segments: number[][];
  /** Offset in the prefix from which on it was encoded. */
  readonly prefixStart: number;
  /** How many of those tokens were then left out at the beginning: of an over-long line. */
  readonly prefixSkipped: number;
  /** Tokens that the suffix might have had. */
  readonly suffixBudget: number;
}

/**
 * Cuts the context to a budget of tokens: the header (24 tokens at most) and the texts between holes stay whole, the prefix keeps its end
 * and begins at a line start, the suffix keeps its beginning. A suffix kept to the end of the document is closed by
 * `[EOT]`. Every part is encoded on its own, as in training.
 *
 * @param budget most context tokens
 * @param prefixShare share of what header and middle texts leave, 0–1, that goes to the prefix when both sides are long
 * @returns undefined when even the header and the texts between the holes do not fit
 */
export function cutContext(
  encode: Encode,
  text: ContextText,
  budget: number,
  prefixShare = 0.65,
): ContextCut | undefined {
  const header = text.path ? encodeHeader(encode, text.path) : [];
  const between = text.between.map((part) => encode(part));
  const rest = budget - header.length - between.reduce((sum, part) => sum + part.length, 0);
  if (rest < 0) return undefined;

  let suffixBudget = rest - Math.floor(rest * prefixShare);
  let suffix = encodeStart(encode, text.suffix, suffixBudget);
  const { ids: prefix, prefixStart, prefixSkipped } = encodeEnd(encode, text.prefix, rest - suffix.length);
  // Only now is it known whether a long suffix gets what the prefix leaves: encoding so much of it first would cost time.
  if (suffix.length === suffixBudget) {
    suffixBudget = rest - prefix.length;
    suffix = encodeStart(encode, text.suffix, suffixBudget);
  }
  return { segments: [[...header, ...prefix], ...between, suffix], prefixStart, prefixSkipped, suffixBudget };
}

/** As `cutContext`, the token ids alone. */
export function encodeContext(
  encode: Encode,
  text: ContextText,
  budget: number,
  prefixShare?: number,
): number[][] | undefined {
  return cutContext(encode, text, budget, prefixShare)?.segments;
}

/** The context of another text, begun and ended where an earlier one of the same document was. */
export function cutAlike(
  encode: Encode,
  text: ContextText,
  { prefixStart, prefixSkipped, suffixBudget }: ContextCut,
): number[][] {
  const header = text.path ? encodeHeader(encode, text.path) : [];
  return [
    [...header, ...encode(text.prefix.slice(prefixStart)).slice(prefixSkipped)],
    ...text.between.map((part) => encode(part)),
    encodeStart(encode, text.suffix, suffixBudget),
  ];
}

/** Most tokens of a header: a path must not crowd the text out. */
const LONGEST_HEADER = 24;

/** `[PATH]`, the end of the last two path segments, newline. */
function encodeHeader(encode: Encode, path: string): number[] {
  const segments = path.split(/[\\/]/).filter((segment) => segment !== '');
  const newline = encode('\n');
  const most = LONGEST_HEADER - 1 - newline.length;
  return [SPECIAL.path, ...encode(segments.slice(-2).join('/')).slice(-most), ...newline];
}

// A token is seldom longer than this; text beyond budget × this is not even looked at.
const CHARACTERS_PER_TOKEN = 8;

function encodeStart(encode: Encode, suffix: string, budget: number): number[] {
  const end = wholeCharacter(suffix, Math.min(suffix.length, budget * CHARACTERS_PER_TOKEN));
  const ids = encode(suffix.slice(0, end));
  if (end === suffix.length && ids.length < budget) ids.push(SPECIAL.eot);
  return ids.slice(0, budget);
}

function encodeEnd(
  encode: Encode,
  prefix: string,
  budget: number,
): Pick<ContextCut, 'prefixStart' | 'prefixSkipped'> & { readonly ids: number[] } {
  if (budget <= 0) return { ids: [], prefixStart: prefix.length, prefixSkipped: 0 };
  let start = lineStart(prefix, Math.max(0, prefix.length - budget * CHARACTERS_PER_TOKEN));
  let ids = encode(prefix.slice(start));
  while (ids.length > budget) {
    // Drop the share of the characters that the surplus of tokens has; a little at a time, the density varies.
    const surplus = Math.ceil(((prefix.length - start) * (ids.length - budget)) / ids.length);
    const next = lineStart(prefix, start + Math.max(1, Math.floor(surplus * 0.8)));
    if (next >= prefix.length || next === start) {
      return { ids: ids.slice(-budget), prefixStart: start, prefixSkipped: ids.length - budget };
    }
    start = next;
    ids = encode(prefix.slice(start));
  }
  return { ids, prefixStart: start, prefixSkipped: 0 };
}

/** The first line start at or after `from`; inside an over-long last line the nearest character instead. */
function lineStart(text: string, from: number): number {
  if (from === 0) return 0;
  const newline = text.indexOf('\n', from - 1);
  return newline < 0 || newline + 1 >= text.length ? wholeCharacter(text, from) : newline + 1;
}

/** Moves an offset out of the middle of a surrogate pair. */
function wholeCharacter(text: string, offset: number): number {
  return isInsideCharacter(text, offset) ? offset + 1 : offset;
}
