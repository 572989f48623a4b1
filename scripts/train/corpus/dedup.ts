import { createHash } from 'node:crypto';

/** Texts with fewer are compared as a whole only. */
const LEAST_SHINGLES = 8;
const NEAR = 0.75;

/**
 * Finds texts that were seen before, exactly (spaces aside) or nearly: more than three quarters of their runs of three
 * lines. The runs are kept as 16-bit fingerprints in one table without probing: a collision forgets an old run or, for
 * one in 65,536, takes a new one for old; neither matters at this threshold.
 */
export class Deduplicator {
  readonly #exact = new Set<string>();
  readonly #table: Uint16Array;

  /** @param bytes of text that will be seen, roughly; two bytes of memory for every eight of them */
  constructor(bytes: number) {
    const bits = Math.ceil(Math.log2(Math.max(1 << 16, bytes / 8)));
    this.#table = new Uint16Array(2 ** Math.min(28, bits));
  }

  /** Why the text is left out; undefined for a new one, which is remembered. */
  check(text: string): 'dup-exact' | 'dup-near' | undefined {
    const digest = createHash('sha1').update(text.replace(/\s+/g, ' ')).digest('base64').slice(0, 16);
    if (this.#exact.has(digest)) return 'dup-exact';
    this.#exact.add(digest);

    const { slots, prints } = shingles(text, this.#table.length - 1);
    let seen = 0;
    for (let i = 0; i < slots.length; i++) if (this.#table[slots[i]!] === prints[i]) seen++;
    if (slots.length >= LEAST_SHINGLES && seen / slots.length > NEAR) return 'dup-near';
    for (let i = 0; i < slots.length; i++) this.#table[slots[i]!] = prints[i]!;
    return undefined;
  }
}

/** Slot and fingerprint of every three consecutive lines, lines of fewer than four characters left aside. */
function shingles(text: string, mask: number): { slots: number[]; prints: number[] } {
  const slots: number[] = [];
  const prints: number[] = [];
  let before = 0;
  let last = 0;
  for (let start = 0; start < text.length;) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const hash = hashLine(text, start, end);
    if (hash !== undefined) {
      if (before !== 0) {
        const sum = Math.imul(before, 0x9e3779b1) ^ Math.imul(last, 0x85ebca6b) ^ Math.imul(hash, 0xc2b2ae35);
        slots.push(mix(sum) & mask);
        prints.push(Math.imul(before ^ (last << 7) ^ (hash << 13), 0x27d4eb2f) >>> 16 || 1);
      }
      before = last;
      last = hash;
    }
    start = end + 1;
  }
  return { slots, prints };
}

/** FNV-1a of the trimmed line; undefined for a short one. */
function hashLine(text: string, start: number, end: number): number | undefined {
  while (start < end && text.charCodeAt(start) <= 32) start++;
  while (end > start && text.charCodeAt(end - 1) <= 32) end--;
  if (end - start < 4) return undefined;
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 12);
}

/** Spreads a hash over all of its bits. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
}
