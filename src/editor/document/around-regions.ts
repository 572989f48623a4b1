import type { Region } from './region-tracker';

/** A document's text cut at its holes. */
export interface TextAroundRegions {
  readonly prefix: string;
  /** The texts between consecutive holes, one fewer than there are holes. */
  readonly between: readonly string[];
  readonly suffix: string;
}

/** More characters than any model's window holds tokens of; the rest of a large file need not reach the engine. */
const REACH = 32_768;

/** @param regions ascending, not overlapping, at least one */
export function textAroundRegions(text: string, regions: readonly Region[]): TextAroundRegions {
  const start = regions[0]!.start;
  const end = regions.at(-1)!.end;
  return {
    prefix: text.slice(outsidePair(text, Math.max(0, start - REACH)), start),
    between: regions.slice(1).map((region, i) => text.slice(regions[i]!.end, region.start)),
    suffix: text.slice(end, outsidePair(text, Math.min(text.length, end + REACH))),
  };
}

/** Moves a cut out of the middle of a surrogate pair or of CRLF, to the right. */
function outsidePair(text: string, offset: number): number {
  const pair = text.slice(Math.max(0, offset - 1), offset + 1);
  return pair === '\r\n' || /^[\ud800-\udbff][\udc00-\udfff]$/.test(pair) ? offset + 1 : offset;
}
