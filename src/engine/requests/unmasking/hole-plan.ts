import type { HolePart, HoleRequest } from '../../contract/requests';
import type { CellStart } from '../../diffusion/canvas';
import { toLf } from '../../text/line-endings';

/** A run of masks whose length is not known yet. */
export const UNKNOWN = Symbol('masks of unknown length');

/** The beginning of a hole: words that stay, masks, and runs of unknown length. */
export interface HolePlan {
  readonly parts: readonly (readonly CellStart[] | typeof UNKNOWN)[];
  /** Most cells the hole may come to have. */
  readonly limit: number;
}

const MASK: CellStart = {};

const ELASTIC_MASK: CellStart = { elastic: true };

export interface PlanOptions {
  /** Most tokens of all runs of unknown length together. */
  readonly maxTokens: number;
  /**
   * True when the bundle changes lengths by itself; a text that is replaced then gives only the length to begin with.
   */
  readonly elastic: boolean;
}

/** @param request of one hole; its cells are known to be tokens of the model */
export function planHole(
  { replaced, tokens, parts, cells }: HoleRequest,
  { maxTokens, elastic }: PlanOptions,
  encode: (text: string) => readonly number[],
): HolePlan {
  if (cells) {
    const start = cells.map(({ token, locked = false, confidence = 1 }): CellStart => ({
      token: token ?? undefined,
      locked,
      confidence,
    }));
    return { parts: [start], limit: start.length };
  }
  const length = replaced ? encode(toLf(replaced)).length : undefined;
  if (elastic && length !== undefined && !parts && tokens === undefined) {
    return { parts: [Array<CellStart>(length).fill(ELASTIC_MASK)], limit: Math.max(length, maxTokens) };
  }
  return planParts(parts ?? [{ masks: tokens ?? length }], maxTokens, encode);
}

/** Kept words are encoded each on its own, as everything on the two sides of a hole's edge is. */
function planParts(
  parts: readonly HolePart[],
  maxTokens: number,
  encode: (text: string) => readonly number[],
): HolePlan {
  const planned = parts.map((part) => {
    if (typeof part === 'string') return encode(toLf(part)).map((token) => ({ token, locked: true }));
    return part.masks === undefined ? UNKNOWN : Array<CellStart>(part.masks).fill(MASK);
  });
  const known = planned.reduce((sum, part) => sum + (part === UNKNOWN ? 0 : part.length), 0);
  const unknown = planned.filter((part) => part === UNKNOWN).length;
  // Every run gets a mask at least, whatever the limit.
  return { parts: planned, limit: known + (unknown > 0 ? Math.max(maxTokens, unknown) : 0) };
}

/** Tells whether everything in the hole, its length too, is for the model to say. */
export function isOpen({ parts }: HolePlan): boolean {
  const [part] = parts;
  return parts.length === 1 && (part === UNKNOWN || part!.every(({ elastic }) => elastic));
}

/** The hole's cells, `lengths` masks for its runs of unknown length; those are elastic. */
export function cellsOf({ parts }: HolePlan, lengths: readonly number[]): CellStart[] {
  let unknown = 0;
  return parts.flatMap((part) =>
    part === UNKNOWN ? Array<CellStart>(lengths[unknown++]!).fill(ELASTIC_MASK) : part,
  );
}
