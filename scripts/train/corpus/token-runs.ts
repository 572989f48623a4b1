/** Tokens in a row that tell a copy from a coincidence: GPT-3's check for benchmarks takes thirteen (appendix C). */
export const RUN = 13;

/** Multipliers of two rolling hashes of 32 bits, of which 48 bits are kept. */
const FIRST = 0x01000193;
const SECOND = 0x5bd1e995;
const FIRST_OUT = powerOf(FIRST);
const SECOND_OUT = powerOf(SECOND);

/**
 * Calls `visit` with a 48-bit hash of every run of thirteen tokens of a text. Tokens are words (letters, digits, `_`,
 * everything beyond ASCII) and single other characters; case, spaces and line breaks make no difference.
 *
 * @param visit ends the walk by returning true
 * @returns whether it did
 */
export function visitRuns(text: string, visit: (hash: number) => unknown): boolean {
  const tokens = new Int32Array(RUN);
  let count = 0;
  let first = 0;
  let second = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code <= 32) {
      at++;
      continue;
    }
    let token = 0x811c9dc5;
    let end = at;
    do token = Math.imul(token ^ lower(text.charCodeAt(end++)), FIRST);
    while (isWord(code) && end < text.length && isWord(text.charCodeAt(end)));
    at = end;
    token = mix(token);
    const slot = count++ % RUN;
    // A polynomial in the tokens: the new one comes in, the one of thirteen before goes out.
    first = (Math.imul(first, FIRST) + token - Math.imul(tokens[slot]!, FIRST_OUT)) | 0;
    second = (Math.imul(second, SECOND) + token - Math.imul(tokens[slot]!, SECOND_OUT)) | 0;
    tokens[slot] = token;
    if (count >= RUN && visit((mix(first) >>> 0) * 65536 + (mix(second) >>> 16)) === true) return true;
  }
  return false;
}

function powerOf(multiplier: number): number {
  return Array.from({ length: RUN }).reduce<number>((power) => Math.imul(power, multiplier), 1);
}

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code > 127
  );
}

function lower(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}

/** Spreads a hash over all of its bits. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
}
