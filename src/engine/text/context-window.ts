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
  const header = encodeHeader(encode, text.path);
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

/** A context that later texts of the same document are cut alike. */
export interface CutText {
  readonly text: ContextText;
  readonly cut: ContextCut;
  /** Undefined: none was found. */
  readonly stable: StableStart | undefined;
}

/** The part of the first segment that typing leaves as it is. */
interface StableStart {
  /** Offset in the prefix of the line break behind it. */
  readonly end: number;
  /** How many tokens it has, the header's among them. */
  readonly tokens: number;
}

/** Somebody who types seldom changes what is farther from the cursor; in UTF-16 units. */
const NEAR_CURSOR = 256;

/** As `cutContext`, for cutting later texts alike. */
export function cutToRepeat(encode: Encode, text: ContextText, budget: number): CutText | undefined {
  const cut = cutContext(encode, text, budget);
  return cut && { text, cut, stable: findStableStart(encode, text, cut) };
}

/**
 * The context of another text, begun and ended where an earlier one of the same document was. Texts that have not changed
 * are not encoded again.
 */
export function cutAlike(
  encode: Encode,
  text: ContextText,
  { text: then, cut, stable }: CutText,
): number[][] {
  const { segments, prefixStart, prefixSkipped, suffixBudget } = cut;
  const isAsThen =
    stable &&
    text.path === then.path &&
    text.prefix.startsWith(then.prefix.slice(prefixStart, stable.end + 1), prefixStart);
  const first = isAsThen
    ? [...segments[0]!.slice(0, stable.tokens), ...encode(text.prefix.slice(stable.end))]
    : [...encodeHeader(encode, text.path), ...encode(text.prefix.slice(prefixStart)).slice(prefixSkipped)];
  const between = text.between.map((part, i) => (part === then.between[i] ? segments[i + 1]! : encode(part)));
  const suffix =
    text.suffix === then.suffix ? segments.at(-1)! : encodeStart(encode, text.suffix, suffixBudget);
  return [first, ...between, suffix];
}

/**
 * The start ends before a line break that follows a visible character. There byte-level BPE ends a piece, whatever is
 * typed behind the break; where a tokenizer does not, the ids do not add up and there is no such start.
 */
function findStableStart(
  encode: Encode,
  { prefix }: ContextText,
  { segments, prefixStart }: ContextCut,
): StableStart | undefined {
  const first = segments[0]!;
  let end = prefix.lastIndexOf('\n', prefix.length - NEAR_CURSOR);
  while (end > prefixStart && prefix[end - 1]!.trim() === '') end = prefix.lastIndexOf('\n', end - 1);
  if (end <= prefixStart) return undefined;
  const rest = encode(prefix.slice(end));
  const tokens = first.length - rest.length;
  return rest.every((id, i) => id === first[tokens + i]) ? { end, tokens } : undefined;
}

/** Most tokens of a header: a path must not crowd the text out. */
const LONGEST_HEADER = 24;

/** `[PATH]`, the end of the last two path segments, newline; nothing where there is no path. */
function encodeHeader(encode: Encode, path: string | undefined): number[] {
  if (!path) return [];
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
